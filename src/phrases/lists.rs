//! Lists of English words, told by what they can be in a caption.
//!
//! They hold what the language has few of (determiners, prepositions, pronouns, auxiliaries) and what captions are full
//! of (colours, sizes, verbs of standing, holding and wearing).

use super::class::Class;

/// Words of one class each.
pub(super) const CLOSED: &[(Class, &str)] = &[
    (
        Class::Determiner,
        "the this that these those my your his her its our their some any both all several many few various most \
         more such every enough multiple whichever",
    ),
    (Class::One, "a an another each either neither"),
    (Class::No, "no"),
    (
        Class::Number,
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
         eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million dozen",
    ),
    (
        Class::Adjective,
        "red blue green yellow orange brown black white grey gray pink purple beige tan golden turquoise teal navy medium professional maroon \
         colorful colourful big small large little tiny huge giant tall short long wide narrow thin thick fat slim deep \
         high low bright dark pale shiny old young new modern ancient pretty beautiful cute nice happy sad angry hot cold \
         warm cool wet dry dirty clean empty full open closed busy quiet calm round flat sharp soft hard heavy \
         sunny cloudy rainy snowy foggy grassy sandy rocky dusty muddy fluffy furry hairy bald blond blonde wooden \
         friendly lovely lonely elderly curly woolly silly ugly early lively smelly hilly chilly other same different \
         own first second third last next main similar whole single double asleep awake alone afraid \
         available ready able  close good bad great fresh ripe raw delicious tasty handsome pregnant bare \
         naked wild upper lower numerous left right top bottom front back middle nearby outdoor indoor outside inside overhead downtown \
         cozy rustic traditional vintage antique elegant luxurious shallow steep rough smooth messy neat tidy cluttered \
         crowded seated striped bearded tattooed teenage asian african american european chinese japanese indian german \
         french italian mexican british english public private metallic inflatable airborne lone shirtless \
         barefoot shaggy hooded formal casual plaid homeless dead fake fancy blurry visible \
         topless frozen urban rural distant multicolored multicolor murky icy leafy floral scenic aerial tropical electric \
         fuzzy excited strange funny natural athletic protective transparent rectangular circular rusty weathered \
         unique healthy fast slow safe ornate plain blank bushy spotted wavy spiky cheerful serious \
         famous popular abstract matte glossy decorative stylish lush misty windy stormy grand royal sliced clear loose \
         tight strong weak rich poor free several-story gigantic massive enormous miniature mini assorted \
         worried surprised tired bored hungry thirsty sick blind brave proud shy wise kind-hearted certain true false half present",
    ),
    (
        Class::Adverb,
        "very not so too also just only still almost quite rather really even always never often again together away \
         apart here indoors outdoors ahead forward forwards backward backwards upside now then maybe perhaps yet once \
         twice well already else underwater sideways downhill uphill upward upwards downward downwards straight aside \
         somewhere everywhere anywhere overboard ashore midair abroad upstairs downstairs barefooted \
         halfway far alike how why instead onstage offstage mid-air",
    ),
    (
        Class::Ed,
        "made built broken torn worn lit held seen taken driven ridden eaten drawn written thrown hung spread bent \
         grown blown woven lost known shown hidden sewn knit fallen caught clad strewn bound overgrown set shot stuck",
    ),
    (
        Class::Verb,
        "sat stood ran ate wore rode took came went got gave flew drove threw swam spoke wrote drank fell hid sang lay \
         laid says said has have had does did can could will would may might must shall should cannot \
         seems appears let lets became becomes contains belongs describes depicts",
    ),
    (Class::Copula, "is are was were be been being am"),
    (
        Class::Preposition,
        "of in on at by with from into onto over under through behind above below between among beside besides near \
         around across along against towards toward within without during before after about like off up \
         down out upon beneath underneath amid amidst alongside atop beyond past via per as for until since except than \
         opposite amongst while when where because if though although but nor however whilst aboard throughout versus vs \
         featuring including",
    ),
    (Class::To, "to"),
    (Class::And, "and or & plus"),
    (
        Class::Pronoun,
        "i you he she it we they me him us them mine yours hers theirs ours himself herself itself themselves myself \
         yourself ourselves oneself who whom whose which what someone somebody something anyone anybody anything everyone \
         everybody everything nobody nothing none others",
    ),
    (Class::There, "there"),
];

/// Words after which a new clause begins, with a subject of its own.
pub(super) const NEW_CLAUSE: &str = "while when where because if though although but whilst as until since however";

/// Pronouns that are what a clause is about.
pub(super) const SUBJECTS: &str = "i he she it we they you who which that";

/// Verbs as they stand after `to`, of which captions hardly ever speak as things.
pub(super) const VERBS: &str = "\
    accept act add adjust admire adorn advertise amuse answer appear applaud apply approach arch argue arrange \
    arrest arrive ask assemble assist attach attack attempt attract await bake bark bask bathe become beg begin \
    belong bend bike bite blend bless blink block bloom blossom blow board boast boil bounce bow bring broadcast \
    browse brush build bury bustle buy buzz call capture carry carve catch cause celebrate charge chase chat check \
    cheer chew choose chop circle clap clasp clean clench click climb close clutch coast collect collide comb come \
    comfort communicate commute compete conduct confront congregate connect consider console consume contain \
    contemplate continue converse convert cook corner cough crack cradle crawl create creep cringe cross crouch \
    cruise crush cry cuddle curl cut cycle dance dangle dart dash deal debate decline decorate defend deflect \
    deliver depart descend deserve destroy dial die dig direct disappear discover discuss dive do dodge dominate \
    doze drag draw dress dribble drift drill drink drip drive drizzle drop drown dry dump dunk dwarf eat eject \
    embark embrace emerge emit employ encounter encourage engage enjoy enter entertain envelop erupt escape escort \
    examine expand expect explode explore expose express extend face fade faint fall fasten feed feel fetch fight \
    fill film finish fish fix flank flap flee flex flick fling flip float flock flow flutter fly fold follow fondle \
    frolic frown fry gallop gasp gather gaze get giggle give glare gleam glide glimpse glisten glitter glow gnaw go \
    grab graze greet grill grin grip groom grow growl gulp halt hammer hang happen harvest haul have head help \
    hesitate hide hike hit hoist hold hop hover howl huddle hug hunt hurdle hurl hurry ignore imitate include \
    indicate inflate injure insert insist inspect install instruct interact interview invade invite iron jaywalk jog \
    jostle juggle jump jut kayak keep kick kiss kneel knit knock know land laugh launch lay lead lean leap learn let \
    lick lie light limp line listen load locate lock look loom loosen lounge love lunge lurk maintain make manage \
    maneuver march massage meander measure meet melt mend merge mill mimic mingle mix moan monitor mop move munch \
    nail nap navigate nestle nibble notice nuzzle obey obscure observe occupy ooze open operate overlook overtake \
    pace paddle paint participate pass patrol pause pave peck pedal peek peel peer perch perform permit \
    persuade pet photograph pick pierce pile pitch plant play plead pluck plunge point poke pop populate portray \
    pose possess pounce pour practice praise pray preen prepare present press pretend prevent proceed produce \
    promote propel propose protect protest protrude prove provide pry pull purchase pursue push put quarrel race \
    raise reach react read realize receive recline record recover reflect rehearse relax release remain \
    remove repair replace represent require resemble respond rest restrain retrieve return reveal ride ring rise \
    roam roar roast rob rock romp row rub ruffle run rush sag salute satisfy saw say scan scatter scold scoop scoot \
    score scramble scrape scratch scream screech scrub sculpt search secure see seek seem seize select sell send \
    separate serve set settle sew shake share shave shine shiver shoot shout shove show shower shred shrug shuffle \
    sing sink sip sit skate sketch ski skid skip sleep slice slide slither slouch slump slurp smash smell smile \
    smoke sniff snowboard snuggle soak soar solve sort spar sparkle speak spend spill spin spit splash sprawl spray \
    spread sprinkle sprint squat squeeze squint squirt stab stack stalk stand stare start startle stay steal steer \
    stick stir stomp stoop stop stretch stride strive stroke stroll struggle strum strut study stumble submerge suck \
    suggest sunbathe surf surround suspend swallow sway sweep swerve swim swing swipe swoop tackle take talk taste \
    teach tear tease tell tempt tend terrorize text thank thaw throw thrust tickle tie tighten tilt topple torment \
    toss touch tour tow trace travel traverse trek tremble trickle trim trot try tuck tug tumble turn twirl type \
    undress unfold unite unload unlock unveil unwind urge use usher vacuum vanish vault visit wade wait wake walk \
    wander want warn wash waste water wave wear weave weigh welcome weld whirl whisk whisper wield win wink wipe \
    wish witness wonder work worry wrestle write yawn yell zoom";

/// Verbs among these that are as often things: what stands around them decides.
pub(super) const VERBS_AND_NOUNS: &str = "\
    answer attack balance ball bat bike block bloom blossom blow board bow box broadcast brunch brush call camp cast \
    catch cheer chop circle coach comb cook cover crash cross crowd cruise cut cycle display dock draw dress drill \
    drink drip drop face feature feed fence film fish flash float flower fold frame fry grill ground guard hammer \
    hand head help iron kayak kiss knock land leash leave light line load lock lunch massage measure monitor mop \
    move nail name paddle paint park pass peel photograph pick picnic pile pilot pitch plant point post present \
    press print pull race raft record release repair ring roast rock roll rope row sail saw scale scoop score \
    scratch set shade shadow shake share shelter shop show shower sign sip skate sketch ski slice slide slip slope \
    snack snowboard sparkle spill stack stalk step stick stop surf surround swallow swing tackle talk taste taxi \
    tent text throw tie toast top touch tour tow trick trip tug turn type use vault watch water wave whisk work wrap";

/// Verbs that act on something: before a bare noun their form in -ing is what is done.
pub(super) const ONLY_VERBS_IN_ING: &str = "\
    wearing holding carrying using having making taking giving featuring showing eating drinking playing throwing \
    catching hitting kicking pulling pushing cutting feeding chasing following preparing serving selling buying \
    doing performing enjoying watching riding reading writing lifting tossing chewing licking touching juggling \
    blowing brushing washing cleaning petting hugging kissing picking digging building collecting getting putting \
    keeping pouring slicing chopping receiving displaying depicting including surrounding overlooking covering \
    filling";

/// Verbs that stand before another verb: "can swim".
pub(super) const HELPERS: &str =
    "can will would may might must shall should cannot does did do let lets help helps make makes";

/// Nouns in -ing.
pub(super) const NOUNS_IN_ING: &str = "\
    building ceiling king ring wing string thing swing spring sling painting drawing clothing wedding evening \
    morning railing earring frosting icing topping lightning viking duckling sibling dumpling pudding stuffing \
    lighting awning bedding seasoning crossing landing carving offspring beijing plaything cling inning darling \
    sterling herring shilling scaffolding siding paneling flooring engraving lettering rigging filling meeting \
    legging stocking dressing housing roofing sapling gosling starling";

/// Those of them that are also what somebody does.
pub(super) const NOUNS_OR_VERBS_IN_ING: &str = "building painting drawing icing frosting stuffing lighting crossing landing carving \
    flooring engraving lettering filling meeting dressing";

/// Words in -ed and irregular ones like them that make one adjective with the noun before them: `snow covered`.
pub(super) const AFTER_NOUN: &str = "\
    covered capped topped lined shaped sized colored coloured patterned haired painted drawn made filled carved \
    built knit knitted crafted roasted baked fried grilled lit printed themed flavored coated woven eared legged \
    tailed skinned faced stained clad paved inspired based powered infused crusted dyed framed trimmed embroidered \
    wrapped cooked smoked aged raised grown stuffed";

/// What makes one thing with a word in -ing before it: `parking` and `lot`.
pub(super) const AFTER_ING: &str = "\
    lot garage meter space room table hall pool cart bag bags mall machine board boat rod pole pan tray rink \
    fountain bowl area suit suits dress track trail shoes shoe boots boot gloves equipment center centre court \
    station jacket jackets pants shorts gear poles trunks cap goggles stone chair chairs desk stick sticks wall game \
    wheel mat plan utensils set pot mug iron clock bath glass glasses tool tools oil class session camp school \
    helmet gown ring rings cake party ceremony couple book lens glove vest day ground grounds boards net ticket sign \
    signs dog horse bike bench bridge crane basket bin spray powder sheet ship vessel hat ball studio deck lounge \
    fence";

/// Words in -s for one thing.
pub(super) const SINGULARS_IN_S: &str = "\
    sports news christmas gas lens canvas series species texas swiss bonus overseas brass mathematics physics \
    graphics electronics athletics gymnastics biceps mess atlas alias chaos pancreas kansas arkansas los las des les";

/// Plurals that stand before other nouns: "the clothes line", "kids bedroom".
pub(super) const BEFORE_NOUNS: &str = "\
    clothes jeans glasses sunglasses goods pants mens womens ladies kids boys girls childrens sales arts savings \
    lights mountains sports news";

/// Plurals without an -s.
pub(super) const PLURALS: &str = "\
    people men women children geese mice feet teeth sheep cattle policemen firemen fishermen police deer fish youths \
    sportsmen businessmen businesswomen snowmen gentlemen policewomen bikers oxen folks folk teens taxis skis bikinis";

/// Nouns for several together, of which both numbers are said: "a group walks", "a group walk".
pub(super) const COLLECTIVES: &str = "\
    group couple crowd team family pair band class herd flock bunch audience crew gang number lot lots majority \
    variety dozens hundreds line row party troupe trio";

/// Who can do something: behind them a word in -s is what is done.
pub(super) const WHO: &str = "\
    man woman boy girl child kid baby toddler infant person lady guy gentleman teenager teen adult player dog cat \
    puppy kitten horse cow bird bear elephant giraffe zebra sheep lamb goat duck goose swan chicken rooster monkey \
    lion tiger fox wolf deer squirrel rabbit fish dolphin whale seal penguin owl eagle seagull pigeon parrot \
    butterfly bee skier surfer snowboarder skateboarder cyclist biker rider runner jogger swimmer climber hiker \
    walker dancer singer musician guitarist drummer artist performer worker chef cook waiter waitress baker farmer \
    doctor nurse patient teacher student officer policeman soldier fireman firefighter pilot driver captain bride \
    groom couple mother father mom dad mum parent son daughter brother sister friend husband wife grandmother \
    grandfather grandma grandpa uncle aunt tourist shopper vendor customer cowboy clown king queen prince princess \
    batter pitcher catcher goalie goalkeeper quarterback gymnast wrestler boxer referee umpire coach athlete golfer \
    skater acrobat juggler cheerleader photographer reporter speaker businessman businesswoman mechanic carpenter \
    plumber barber model actor actress priest monk nun santa fisherman mailman spectator pedestrian motorcyclist \
    bicyclist kayaker diver poodle terrier retriever collie greyhound bulldog beagle crowd team group band family \
    biplane boarder youth teammate opponent defender he she";

/// Nouns in -er that are no degree of an adjective.
pub(super) const NOUNS_IN_ER: &str = "topper cooler stranger dryer drier cleaner opener warmer grater slicer tanner";

/// What comes in sets.
pub(super) const SETS: &str = "swing play tea drum chess train tool vector dining dinner luggage patio";

/// Verbs in -ing that say how something stands rather than what somebody does: "a hill overlooking the sea".
pub(super) const STANDING_VERBS: &str = "\
    overlooking containing leading facing featuring showing having consisting depicting displaying reading saying \
    surrounding covering connecting crossing spanning including bearing";

/// Prepositions that say where something is.
pub(super) const OF_PLACE: &str = "\
    in on at near beside by behind under along down through across past around into onto above below between to \
    inside outside against beneath underneath atop alongside among within besides up";

/// What somebody is in.
pub(super) const CLOTHES: &str = "\
    dress shirt t-shirt suit hat jacket coat uniform helmet shorts pants jeans skirt sweater hoodie costume top cap \
    swimsuit bikini robe gown kimono sari vest jersey outfit clothes clothing trunks raincoat apron glasses \
    sunglasses boots shoes sneakers heels tuxedo scarf mask wetsuit overalls blouse attire gear pajamas red blue \
    green yellow orange brown black white grey gray pink purple beige";

/// What is everywhere around, and where nothing in particular is.
pub(super) const WEATHER: &str = "rain snow fog sun sunlight sunshine wind dark darkness storm air heat cold mist";

/// Words for the picture itself: they name no place in it where they open the caption or `of` follows.
pub(super) const PICTURES: &str = "image images picture pictures photo photos photograph photographs pic shot view scene close-up closeup \
    illustration portrait snapshot";

/// Heads of phrases that name no place in the picture: its parts, times, and the abstract nouns that the published
/// training data left out.
pub(super) const WITHOUT_A_PLACE: &str = "foreground background front back middle center centre top bottom side sides left \
    right edge end distance way direction kind kinds sort type types bit rest part parts weather life love freedom happiness \
    wisdom peace justice hope courage faith understanding advantage pursuit fun color colour colors colours order case sale";

/// Times, which name no place even behind other nouns: "a summer day".
pub(super) const TIMES: &str = "day days night nights morning afternoon evening noon dusk dawn sunset sunrise today time times summer autumn \
    winter midday midnight nighttime daytime weekend";

/// Measures that are no group, and name nothing where `of` follows.
pub(super) const MEASURES: &str = "lot lots dozens hundreds thousands plenty";

/// What is written with a full stop before a name.
pub(super) const ABBREVIATIONS: &str = "dr mr mrs ms st mt jr sr prof";

/// What ends in -ed or -ly and is a noun all the same.
pub(super) const NOUNS_IN_ED: &str = "bed shed sled seed weed reed feed steed moped biped speed breed";
/// Nouns in -ly.
pub(super) const NOUNS_IN_LY: &str = "family butterfly dragonfly firefly lily belly jelly bully ally assembly italy july \
    monopoly anomaly rally gully folly holly dolly doily potbelly supply ply trolley";
