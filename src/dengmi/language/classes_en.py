"""Classes of English words, as far as closed lists tell: what is no part of a name of a thing."""

from functools import cache

from dengmi.language.scripts import words_of

ASKING = words_of(
    "what who whom whose which where when why how what's who's where's when's how's why's whats"
)
AUXILIARY = words_of(
    "is are was were be been being am do does did can could should would will shall may might must"
    " has have had isn't aren't wasn't weren't don't doesn't didn't can't cannot couldn't shouldn't"
    " wouldn't won't hasn't haven't hadn't ain't ought 's 're"
)
BE = words_of("is are was were be been being am isn't aren't wasn't weren't 's 're")
PRONOUNS = words_of(
    "i you he she it we they me him us them myself yourself himself herself itself ourselves"
    " themselves someone somebody anyone anybody everyone everybody nobody something anything"
    " everything nothing mine yours hers theirs ours i'm i'd i've i'll you're you've it's he's she's"
    " they're they've we're we've that's there's there here people others"
)
OWNING = words_of("my your his her its our their whose")
POINTING = words_of("this that these those such")
DETERMINERS = OWNING | POINTING | words_of("the a an some any each every no another either neither")
PREPOSITIONS = words_of(
    "of in on at for with from to by about during after before between among amongst against into"
    " onto through throughout over under around near since until till within without per than like"
    " as vs versus via despite besides behind beside beyond across along inside outside above below"
    " up down off out towards toward regarding concerning except upon"
)
LINKING = words_of("and or but nor so if because while although though whether that then & unless")
TIME = words_of(
    "today tomorrow yesterday tonight now currently monday tuesday wednesday thursday friday"
    " saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays weekday"
    " weekdays weekend weekends morning afternoon evening night spring summer autumn fall winter"
    " january february march april june july august september october november december jan feb"
    " mar apr jun jul aug sep sept oct nov dec year month week day christmas easter holidays"
)
_ADVERBS = words_of(
    "very really also still ever just even often usually not too much many more most least less only"
    " exactly actually originally mainly mostly else instead again always never sometimes well far"
    " long first last next same once twice already yet soon later earlier ago please maybe perhaps"
    " probably quite rather almost together away back anyway though typically generally commonly"
    " specifically especially recently finally eventually yes no ok okay all both few several one"
    " ones other own hmm um uh woah wow oh hi hello hey thanks thank sorry interesting cool awesome"
    " offline online bit lot lots kind kinda sort way ways thing things"
)
NUMBERED = words_of("first second third fourth fifth last former latter")
CLOSED = (
    ASKING | AUXILIARY | PRONOUNS | DETERMINERS | PREPOSITIONS | LINKING | _ADVERBS
) - NUMBERED  # fmt: skip

_VERBS = words_of(
    "accept access achieve act add affect afford agree aim allow answer appear apply appoint argue"
    " arrange arrive ask attack attend avoid award ban base become began begin begun believe belong"
    " bite block bought break bring brought broke build built burn buy call came cancel capture care"
    " carry catch caught cause celebrate change charge check choose chose chosen claim climb close"
    " collapse collect combine come compare compete complete compose conduct connect consider consist"
    " consume contact contain continue contribute control convert cook cope cost count cover create"
    " cross cut damage deal decide declare decline decrease define deliver depend describe design"
    " destroy determine develop diagnose die died differ differentiate direct disappear discover"
    " discuss divide drink drive drop earn eat encourage end enforce ensure enter escape establish"
    " evolve exist expand expect explain export express extend fail fall feed feel fell felt fight"
    " fill find finish fit fix flow fly focus follow force form found function gain gave generate get"
    " give go got grew grow grown handle happen harm have hear heard held help hibernate hide hold host"
    " hunt hurt ignore impact implement import improve include increase indicate infect influence"
    " inform inherit install intend introduce invade invent invest involve join judge jump keep kept"
    " kill knew know known lack last launch lay lead learn leave led left lend let lie like limit link"
    " live locate look lose lost love lower made maintain make manage mark marry mate matter mean"
    " measure meant meet merge met mix move need negotiate notice obtain occur offer open operate"
    " oppose organize originate overlap own paid paint participate pass pay perform pick place plan"
    " plant play practice predict prefer prepare prevent produce profit promote propose protect prove"
    " provide publish pull purchase put qualify raise ran rank reach react read realize rebuild"
    " receive recognize recommend record recover recycle reduce refer reflect refuse regulate relate"
    " release rely remain remember remove renew rent repair replace report represent reproduce require"
    " rescue reset resign resist respond result retire return reveal rise rose rule run said save saw"
    " say see seek sell send sent serve set settle share show shown sign sing sink sit sleep smell"
    " sold solve speak spend spent spread stand start stay steal stop store stretch strike struggle"
    " study submit succeed suffer suggest supply support survive swim take taken talk taste taught"
    " teach tell test think thought threaten took train transfer transform transmit travel treat"
    " trigger try turn understand upgrade use vary visit vote wait walk want warn wash watch wear went"
    " win won work write written wrote"
    " weigh hatch bark bloom smoke leak breathe sweat shed graduate migrate breed ferment freeze melt"
    " boil bake roast fry spell pronounce calculate translate download upload update delete subscribe"
    " unsubscribe log sync archive rename attach attract print scan search browse click type edit"
    " enable disable configure deploy debug"
)
_DOUBLING = words_of("ban cut drop fit get let plan put refer run set sit stop swim win")


@cache
def verbs() -> frozenset[str]:
    """The verbs of the list in all their regular forms."""
    found = set(_VERBS)
    for verb in _VERBS:
        stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
        if verb in _DOUBLING:
            stem += verb[-1]
        y = verb.endswith("y") and verb[-2] not in "aeiou"
        found.add(f"{verb[:-1]}ies" if y else f"{verb}{'es' if verb[-1] in 'shxzo' else 's'}")
        found.add(f"{verb[:-1]}ied" if y else f"{stem}ed")
        found.add(f"{stem}ing")
    return frozenset(found)


QUALITY = words_of(
    "good bad better best worse worst safe dangerous cheap expensive free legal illegal true real big"
    " small large high low tall old new young hot cold hard easy difficult common rare popular famous"
    " important available necessary possible healthy healthier unhealthy toxic poisonous deadly harmful"
    " useful effective reliable reversible treatable curable contagious endangered extinct alive dead"
    " open closed worth fast slow strong weak heavy light different similar public private fair biased"
    " waterproof compatible profitable sustainable renewable recyclable edible hereditary genetic"
    " cheaper bigger smaller larger faster slower stronger easier harder safer higher lower older"
    " allowed involved known located made used called married successful responsible related"
)

RELATIONAL = words_of(
    "advantage disadvantage benefit drawback pro con risk danger effect side-effect cause reason"
    " symptom sign treatment cure prognosis diagnosis type kind form version variant model feature"
    " characteristic property component part ingredient material size weight height length depth width"
    " age color colour shape price cost fee rate salary income pay budget revenue profit population"
    " area capital currency language religion climate location address origin history background"
    " beginning root founder author inventor creator writer owner leader member director president"
    " ceo designer architect maker manufacturer name meaning definition purpose function role goal"
    " aim objective use application example alternative option difference similarity comparison rule"
    " requirement condition criterion criteria prerequisite qualification step stage phase process"
    " procedure method technique strategy way result outcome consequence impact influence importance"
    " significance advantageous limitation limit restriction exception theme plot story character"
    " ending cast award evidence proof theory argument criticism controversy opinion view status"
    " reputation popularity success failure future prospect trend development progress duration"
    " deadline schedule timeline date hour time timeframe speed power capacity range battery warranty"
    " guarantee lifespan lifetime life habitat diet prey predator enemy adaptation behavior behaviour"
    " appearance nutrition calorie taste flavor flavour smell texture temperature pressure structure"
    " cycle pattern frequency number amount percentage share proportion statistics data value quality"
    " safety security privacy efficiency efficacy effectiveness performance accuracy maintenance"
    " installation instruction tip trick recommendation advice idea concept principle law regulation"
    " policy challenge problem issue concern solution response reaction remedy prevention factor"
    " variable element aspect detail fact figure event highlight attraction landmark opening closing"
    " ticket entry admission tradition custom job career prospect course education training"
    " competitor rival partner customer user target audience technology mechanism source supply demand"
    " subtype species breed genre style contribution achievement discovery invention motive motivation downside upside complication weakness strength"
    " specification spec dimension resolution storage format license licence subscription discount"
    " refund delivery shipping availability compatibility support contact email phone website"
)
"""Nouns that say little until it is told of what: the price, the symptoms, the author."""

GENERIC = words_of(
    "city town village country state place region area island river mountain sea lake building bridge"
    " company firm organization organisation institution school university college museum hotel"
    " restaurant shop store person man woman scientist artist writer author singer actor player"
    " team group band club party book novel film movie series show song album game play painting"
    " product device machine car phone app application program software tool service site website"
    " plan project programme policy law rule regulation agreement treaty system method technique"
    " approach process procedure technology theory idea concept drug medicine treatment therapy"
    " vaccine disease condition disorder illness virus infection cancer animal bird fish plant tree"
    " insect species breed food dish drink material substance event war battle festival conflict"
    " crisis movement language religion currency sport term word topic subject issue problem"
    " phenomenon thing kind type creature structure model feature field job degree article goal"
)
"""Nouns that may stand for nearly anything with "this" before them."""
