"""States and territories: CourtListener abbreviation, postal code and name.

Abbreviations are those in CourtListener's court ids (as in `fla` for the Florida Supreme Court);
postal codes are those of USPS Publication 28, appendix B.
"""

from functools import cache

_STATES = """
ala al Alabama
alaska ak Alaska
amsamoa as American Samoa
ariz az Arizona
ark ar Arkansas
cal ca California
colo co Colorado
conn ct Connecticut
del de Delaware
dc dc District of Columbia
fla fl Florida
ga ga Georgia
guam gu Guam
haw hi Hawaii
idaho id Idaho
ill il Illinois
ind in Indiana
iowa ia Iowa
kan ks Kansas
ky ky Kentucky
la la Louisiana
me me Maine
md md Maryland
mass ma Massachusetts
mich mi Michigan
minn mn Minnesota
miss ms Mississippi
mo mo Missouri
mont mt Montana
neb ne Nebraska
nev nv Nevada
nh nh New Hampshire
nj nj New Jersey
nm nm New Mexico
ny ny New York
nc nc North Carolina
nd nd North Dakota
nmi mp Northern Mariana Islands
ohio oh Ohio
okla ok Oklahoma
or or Oregon
pa pa Pennsylvania
pr pr Puerto Rico
ri ri Rhode Island
sc sc South Carolina
sd sd South Dakota
tenn tn Tennessee
tex tx Texas
utah ut Utah
vt vt Vermont
va va Virginia
vi vi Virgin Islands
wash wa Washington
wva wv West Virginia
wis wi Wisconsin
wyo wy Wyoming
"""


@cache
def _by_spelling() -> dict[str, tuple[str, str]]:
    states: dict[str, tuple[str, str]] = {}
    for line in _STATES.strip().splitlines():
        abbreviation, postal, name = line.split(maxsplit=2)
        plain = name.lower().replace(" ", "")
        for spelling in (abbreviation, postal, plain):
            states[spelling] = (abbreviation, name)
    return states


@cache
def state_names() -> dict[str, str]:
    """Return the postal code of each state and territory by name."""
    lines = (line.split(maxsplit=2) for line in _STATES.strip().splitlines())
    return {name: postal for _, postal, name in lines}


def find_state(spelling: str) -> tuple[str, str] | None:
    """Return a state's abbreviation and name, given either of them or the postal code.

    >>> find_state("ar") == find_state("ark") == find_state("Arkansas") == ("ark", "Arkansas")
    True
    >>> find_state("zz") is None
    True
    """
    return _by_spelling().get("".join(spelling.lower().split()))


def state_spellings(name: str) -> tuple[str, ...]:
    """Return the name of a state, its postal code and its abbreviation; () for other places.

    >>> state_spellings("Illinois")
    ('Illinois', 'il', 'ill')
    """
    found = find_state(name)
    return (found[1], state_names()[found[1]], found[0]) if found else ()
