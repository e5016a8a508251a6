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
        "red blue green yellow orange brown black white grey gray pink purple beige tan golden turquoise teal maroon \
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
         french italian mexican british english public private plastic metallic concrete inflatable airborne lone shirtless \
         barefoot shaggy hooded professional military formal casual plaid homeless dead fake fancy blurry visible \
         topless frozen urban rural distant multicolored multicolor murky icy leafy floral scenic aerial tropical electric \
         fuzzy excited strange funny natural athletic protective transparent rectangular circular square oval rusty weathered \
         unique healthy fast slow safe ornate plain blank bushy spotted wavy spiky senior junior cheerful serious \
         famous popular abstract matte glossy decorative stylish lush misty windy stormy grand royal sliced medium clear loose \
         tight strong weak rich poor free special several-story gigantic massive enormous miniature mini stuffed assorted \
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
    sit stand lie ride hold wear eat carry catch throw kick swim sleep drive climb pull push reach lean wait talk \
    speak pose cook cut pour read write hang grow fill surround enjoy include have do get go come take make give put \
    keep feed chase follow fall graze roam perch sniff lick chew hug kiss touch build wash prepare serve share sell \
    buy celebrate gather perform sing lead appear seem see overlook contain begin stop move hover stretch listen \
    play walk run look jog dribble flip emerge retrieve toss dig relax grab descend approach observe tackle spin \
    peek fetch poke juggle pop participate navigate crouch hop steer gaze struggle rub scratch extend flap become \
    traverse examine compete wrestle huddle embrace mingle bounce leap laugh smile cheer dive raise shake attempt \
    crawl float tie wade enter inspect repair operate teach study learn greet point stare turn show help try rest \
    say fly blow scoop bow bloom attach gallop trot swoop soar nap doze snuggle cuddle kneel squat bend lay spray \
    sprinkle drip drizzle stir chop slice fry grill bake roast peel taste sip swallow munch nibble decorate arrange \
    adjust clean dry iron fold knit sew weave carve sculpt sketch measure assemble install fix hike defend attack \
    block dunk score swing pitch jump skate dance splash march protest salute applaud wave whisper shout scream yell \
    argue debate discuss chat interview present deliver unload haul tow tug drag paddle kayak surf snowboard ski \
    bike cycle commute board depart arrive travel explore visit tour photograph film capture record browse choose \
    select pick collect harvest plant water dangle sway flutter glide drift sink slump recline lounge bask sunbathe \
    stroll stride sprint dash rush hurry wander congregate mill stack pile line lurk hide seek search hunt fish pet \
    groom brush comb shave bathe shower dress undress tighten loosen open close lock unlock knock ring answer type \
    text call dial press click squeeze crush smash hammer drill weld saw nail paint draw start pounce continue \
    pretend smoke vault hurdle meander spread hit set let pass race slide load land face work rock cross shine light \
    use drink head row frown act ignore skid topple cringe peer jaywalk finish corner fight dive \
    hide hunt bark bite stretch leap travel drag launch search smoke shave march spray fly lay jump dump scan protect check rise cry arch sort";

/// Verbs among these that are as often things: what stands around them decides.
pub(super) const VERBS_AND_NOUNS: &str = "\
    watch drink cook cut swing ski surround cover feature face work pass cross float point stop turn show help \
    blow bow iron block score pitch wave paddle kayak surf snowboard bike cycle board tour film record pick plant \
    water pile line fish brush comb shower dress lock ring answer type text call press hammer drill saw nail paint \
    draw slide race light land rock box use sail row snack lunch brunch shop sign stack sip slice drip fold grill \
    roast toast taste measure photograph knock catch tackle tow tug tie load leave bat ball head trick crash slope \
    step rope balance scale crowd ground post name top trip flash shade shadow taxi vault flower guard pilot coach \
    dock park camp picnic cheer shelter cast fence frame hand leash raft tent touch skate display fry chop set shake pull stop roll wrap peel throw turn show";

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
