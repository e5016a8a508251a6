"""The nouns of the mini world, one word each, with their emoji code points.

One word per noun keeps naming a single decision of the decoder. New nouns go to the END of the list: the class head
of a training state is grown by position, and the tokenizer already holds many spare words.
"""

_TABLE = """
1f436 dog dogs|1f431 cat cats|1f430 rabbit rabbits|1f98a fox foxes|1f43b bear bears|1f43c panda pandas|1f981 lion lions
1f42e cow cows|1f437 pig pigs|1f438 frog frogs|1f435 monkey monkeys|1f427 penguin penguins|1f986 duck ducks
1f989 owl owls|1f98b butterfly butterflies|1f41d bee bees|1f41e ladybug ladybugs|1f40c snail snails
1f422 turtle turtles|1f419 octopus octopuses|1f980 crab crabs|1f420 fish fish|1f433 whale whales
1f418 elephant elephants|1f992 giraffe giraffes|1f34e apple apples|1f34a orange oranges|1f34b lemon lemons
1f34c banana bananas|1f349 watermelon watermelons|1f353 strawberry strawberries|1f34d pineapple pineapples
1f955 carrot carrots|1f344 mushroom mushrooms|1f354 hamburger hamburgers|1f355 pizza pizzas|1f95a egg eggs
1f370 cake cakes|1f369 donut donuts|1f36a cookie cookies|1f697 car cars|1f68c bus buses|1f691 ambulance ambulances
1f69c tractor tractors|1f6b2 bicycle bicycles|2708 airplane airplanes|1f680 rocket rockets
1f681 helicopter helicopters|26f5 sailboat sailboats|1f3e0 house houses|1f3f0 castle castles|26fa tent tents
1f333 tree trees|1f335 cactus cacti|1f33b sunflower sunflowers|1f339 rose roses|1f337 tulip tulips|2600 sun suns
1f319 moon moons|2b50 star stars|2601 cloud clouds|1f308 rainbow rainbows|26c4 snowman snowmen|1f525 fire fires
2602 umbrella umbrellas|26bd ball balls|1f3c0 basketball basketballs|1f388 balloon balloons|1f381 gift gifts
1f511 key keys|1f4d5 book books|1f4bb laptop laptops|1f4f7 camera cameras|23f0 clock clocks|1f3b8 guitar guitars
1f941 drum drums|1f45f shoe shoes|1f451 crown crowns|1f48e diamond diamonds|1fa91 chair chairs|1f4a1 bulb bulbs
1f528 hammer hammers
"""

ENTRIES = [tuple(entry.split()) for entry in _TABLE.replace("\n", "|").split("|") if entry]
CODE_POINTS = [code for code, _, _ in ENTRIES]
NOUNS = [noun for _, noun, _ in ENTRIES]
PLURALS = [plural for _, _, plural in ENTRIES]
COUNT = len(NOUNS)

TRAINING_STYLES = ("noto", "fluent-emoji-flat", "twemoji")
# Styles for variety: seen in training, not in held-out scenes. Some lack a drawing here and there.
EXTRA_STYLES = ("noto-v1", "fxemoji", "emojione", "fluent-emoji", "fluent-emoji-high-contrast", "streamline-emojis")
OUTLINED = "outlined "  # + a training style: the same drawings with dark contours and flat colours
UNSEEN_STYLE = "openmoji"


def with_article(noun):
    """`a dog`, `an owl`."""
    return ("an " if noun[0] in "aeio" or noun == "umbrella" else "a ") + noun
