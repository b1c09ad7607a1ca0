"""Made-up captions in the layouts of US courts, neat or as text taken from a PDF."""

PLAIN = """\
UNITED STATES DISTRICT COURT
NORTHERN DISTRICT OF ILLINOIS

ACME PUMPS, INC. and JANE Q. ROE,
                    Plaintiffs,
v.                                        Case No. 1:23-cv-01234
THOMAS HALE and BOLT VALVES LLC,
                    Defendants.
"""
RULED = """\
IN THE UNITED STATES DISTRICT COURT
FOR THE DISTRICT OF MAINE

ACME PUMPS, INC. and           {0}
JANE Q. ROE,                   {0}
                               {0}
     Plaintiffs,               {0}  Case No. 1:23-cv-01234-ABC
                               {0}
v.                             {0}  Hon. Sarah Vance
                               {0}
THOMAS HALE and BOLT           {0}  MOTION FOR A PRELIMINARY
VALVES LLC,                    {0}  INJUNCTION AGAINST DEFENDANTS
                               {0}
     Defendants.               {0}
_______________________________{0}
"""
TEXAS = """\
CAUSE NO. 2023-12345

ACME PUMPS, INC. and JANE ROE,  \u00a7  IN THE DISTRICT COURT OF
     Plaintiffs,                \u00a7
                                \u00a7
VS.                             \u00a7  HARRIS COUNTY, TEXAS
                                \u00a7
THOMAS HALE and BOLT            \u00a7
VALVES LLC,                     \u00a7
     Defendants.                \u00a7  190TH JUDICIAL DISTRICT

PLAINTIFFS' ORIGINAL PETITION AND APPLICATION FOR TEMPORARY INJUNCTION
"""
TEXAS_WITHOUT_ROLES = """\
CAUSE NO. 2023-12345
ACME PUMPS, INC. and JANE ROE \u00a7 IN THE DISTRICT COURT
\u00a7
VS. \u00a7 OF HARRIS COUNTY, TEXAS
\u00a7
THOMAS HALE and BOLT VALVES LLC \u00a7 190TH JUDICIAL DISTRICT
PLAINTIFFS' ORIGINAL PETITION
"""
NEW_YORK = """\
UNITED STATES DISTRICT COURT
SOUTHERN DISTRICT OF NEW YORK
---------------------------------------------------------------x
ACME PUMPS, INC. and JANE Q. ROE,

                    Plaintiffs,            23 Civ. 1234 (ABC)

          -against-                        MEMORANDUM OF LAW

THOMAS HALE and BOLT VALVES LLC,

                    Defendants.
---------------------------------------------------------------x
"""
NEW_YORK_STATE = """\
SUPREME COURT OF THE STATE OF NEW YORK
COUNTY OF NEW YORK
----------------------------------------------------------------------X
ACME PUMPS, INC., JANE Q. ROE,             :   Index No. 650123/2023
                                           :
                         Plaintiffs,       :   AFFIRMATION IN SUPPORT OF
                                           :   ORDER TO SHOW CAUSE
               - against -                 :
                                           :   Hon. Ann Ford
THOMAS HALE, BOLT VALVES LLC, and          :
JOHN DOES 1-10,                            :
                         Defendants.       :
----------------------------------------------------------------------X
"""
CALIFORNIA = """\
1 Wanda Counsel (SBN 123456)
2 wcounsel@bigfirm.example
3 BIGFIRM & PARTNERS LLP
4 100 Main Street, Suite 200
5 Los Angeles, California 90012
6 Telephone: (213) 555-0100
7 Attorneys for Plaintiff
8 ACME PUMPS, INC.
9
10 SUPERIOR COURT OF THE STATE OF CALIFORNIA
11 COUNTY OF LOS ANGELES - CENTRAL DISTRICT
12 ACME PUMPS, INC., a California    )  Case No. 23STCV01234
13 corporation; JANE ROE, an         )
14 individual,                       )  [Assigned to Hon. Ann Ford]
15        Plaintiffs,                )
16    vs.                            )  NOTICE OF EX PARTE
17 THOMAS HALE, an individual;       )  APPLICATION
18 BOLT VALVES LLC; and DOES 1-10,   )
19 inclusive,                        )  Dept.: 12
20        Defendants.                )
"""
APPEAL = """\
No. 23-1234
UNITED STATES COURT OF APPEALS
FOR THE NINTH CIRCUIT
ACME PUMPS, INC.; JANE ROE,
Plaintiffs-Appellants,
v.
THOMAS HALE; BOLT VALVES LLC,
Defendants-Appellees.
On Appeal from the United States District Court for the District of Oregon
"""
OWN_LINES = """\
UNITED STATES DISTRICT COURT
FOR THE DISTRICT OF MAINE
ACME PUMPS, INC. and JANE Q. ROE,
)
)
Case No. 1:23-cv-01234
Plaintiffs,
)
v.
) MEMORANDUM OF LAW IN
) SUPPORT OF MOTION
THOMAS HALE and BOLT VALVES LLC,
JURY TRIAL DEMANDED
)
Defendants.
)
"""
COLUMNS_APART = """\
UNITED STATES DISTRICT COURT
FOR THE DISTRICT OF MAINE
ACME PUMPS, INC. and JANE Q. ROE,
Plaintiffs,
v.
THOMAS HALE and BOLT VALVES LLC,
Defendants.
)
)
)
Case No. 1:23-cv-01234
MOTION FOR A TEMPORARY
RESTRAINING ORDER
"""
TITLE_BETWEEN = """\
UNITED STATES DISTRICT COURT
FOR THE DISTRICT OF MAINE
ACME PUMPS, INC. and JANE Q. ROE,
Case No. 1:23-cv-01234
Plaintiffs,
PLAINTIFF'S MOTION FOR A
v. TEMPORARY RESTRAINING
THOMAS HALE and BOLT VALVES LLC, ORDER
Defendants.
"""
ONE_LINE = (
    "UNITED STATES DISTRICT COURT DISTRICT OF MAINE\nACME PUMPS, INC. and JANE Q. ROE, ) ) "
    "Plaintiffs, ) Case No. 1:23-cv-01234 ) v. ) ) THOMAS HALE and BOLT VALVES LLC, ) "
    "Defendants. )\n"
)
COUNTERCLAIM = """\
IN THE CIRCUIT COURT OF COOK COUNTY, ILLINOIS
COUNTY DEPARTMENT, CHANCERY DIVISION
ACME PUMPS, INC. and JANE ROE,         )
     Plaintiffs/Counter-Defendants,    )   No. 23 CH 01234
                                       )
     v.                                )   Judge Ann Ford
                                       )
THOMAS HALE,                           )
     Defendant/Counter-Claimant,       )
and                                    )
BOLT VALVES LLC,                       )
     Intervenor-Defendant.             )
"""
EX_REL = """\
IN THE SUPERIOR COURT OF FULTON COUNTY
STATE OF GEORGIA
STATE OF GEORGIA ex rel. JANE ROE      |
and ACME PUMPS, INC.,                  |   Civil Action File No. 2023CV123456
     Petitioner(s),                    |
-v-                                    |
THOMAS HALE and BOLT VALVES LLC,       |
     Respondent(s).                    |
"""
FLORIDA = """\
IN THE CIRCUIT COURT OF THE 11TH JUDICIAL CIRCUIT
IN AND FOR MIAMI-DADE COUNTY, FLORIDA
                                        CASE NO.: 2023-001234-CA-01
ACME PUMPS, INC., a Florida corporation,
and JANE ROE,
     Plaintiffs,
versus
THOMAS HALE, and BOLT VALVES LLC, a Delaware limited liability company,
     Defendants.
________________________________/
"""
SHORT = {
    "Delaware Chancery": (
        "IN THE COURT OF CHANCERY OF THE STATE OF DELAWARE\n"
        "\n"
        "ZENOBIA, INC.,                 )\n"
        "   Plaintiff,  ) C.A. No. 2023-0123-JTL\n"
        "  v. )\n"
        " ACME LLC and\n"
        "THOMAS HALE, )\n"
        " Defendants. )\n"
    ),
    "Massachusetts": (
        "COMMONWEALTH OF MASSACHUSETTS\n"
        "SUFFOLK, ss.      SUPERIOR COURT\n"
        "     CIVIL ACTION NO. 2384CV01234\n"
        "________________________\n"
        "ZENOBIA, INC.,  )\n"
        "Plaintiff )\n"
        "v. )\n"
        "ACME and THOMAS HALE )\n"
        "Defendant )\n"
    ),
    "New Jersey": (
        "SUPERIOR COURT OF NEW JERSEY\n"
        "CHANCERY DIVISION: BERGEN COUNTY\n"
        "DOCKET NO.: BER-C-123-23\n"
        "ZENOBIA, INC.,\n"
        "          Plaintiff,\n"
        "vs.\n"
        "ACME; THOMAS HALE; JOHN DOES 1-10,\n"
        "  Defendants.\n"
        "Civil Action\n"
        "VERIFIED COMPLAINT\n"
    ),
    "Article 78": (
        "SUPREME COURT OF THE STATE OF NEW YORK\n"
        "COUNTY OF KINGS\n"
        "----------x\n"
        "In the Matter of the Application of\n"
        "ZENOBIA, INC.,\n"
        "   Petitioner,\n"
        "For a Judgment Pursuant to Article 78 of the CPLR\n"
        "-against-\n"
        "ACME and THOMAS HALE, in his official capacity as Commissioner,\n"
        "  Respondents.\n"
        "----------x\n"
    ),
    "Michigan": (
        "STATE OF MICHIGAN\n"
        "IN THE CIRCUIT COURT FOR THE COUNTY OF OAKLAND\n"
        "\n"
        "ZENOBIA, INC.,\n"
        "    Plaintiff,              Case No. 23-123456-CB\n"
        "v                           Hon. Ann Ford\n"
        "ACME and THOMAS HALE,\n"
        "   Defendants.\n"
        "___________________/\n"
        "Jane Counsel (P12345)\n"
        "ATTORNEY FOR PLAINTIFF\n"
    ),
    "Washington": (
        "The Honorable Ann Ford\n"
        "\n"
        "UNITED STATES DISTRICT COURT\n"
        "WESTERN DISTRICT OF WASHINGTON\n"
        "AT SEATTLE\n"
        "ZENOBIA, INC., No. 2:23-cv-01234-ABC\n"
        "Plaintiff, PLAINTIFF'S MOTION FOR TEMPORARY\n"
        "RESTRAINING ORDER\n"
        "v.\n"
        "NOTE ON MOTION CALENDAR:\n"
        "ACME; and THOMAS HALE, June 5, 2023\n"
        "Defendants.\n"
    ),
    "clerk's stamp": (
        "Case 1:23-cv-01234-ABC Document 5 Filed 05/05/23 Page 1 of 20\n"
        "UNITED STATES DISTRICT COURT\n"
        "DISTRICT OF COLORADO\n"
        "Civil Action No. 1:23-cv-01234\n"
        "ZENOBIA, INC., a Colorado corporation,\n"
        "Plaintiff,\n"
        "v.\n"
        "ACME, and\n"
        "THOMAS HALE, individually,\n"
        "Defendants.\n"
        "PLAINTIFF'S MOTION\n"
    ),
    "officials": (
        "UNITED STATES DISTRICT COURT\n"
        "FOR THE DISTRICT OF COLUMBIA\n"
        "ZENOBIA, INC., individually and on behalf of all others\n"
        "similarly situated, et al.,\n"
        "         Plaintiffs,\n"
        " v.        Civil Action No. 23-1234 (RDM)\n"
        " ACME; THOMAS HALE, in his official capacity as\n"
        " Secretary of the Interior; U.S. DEPARTMENT OF JUSTICE,\n"
        "  Defendants.\n"
    ),
    "all in one line": (
        "UNITED STATES DISTRICT COURT SOUTHERN DISTRICT OF NEW YORK ZENOBIA, INC., Plaint"
        "iff, -against- ACME and THOMAS HALE, Defendants. 23 Civ. 1234 (ABC) MEMORANDUM OF LAW"
    ),
    "court in the same line": (
        "UNITED STATES DISTRICT COURT DISTRICT OF MAINE ZENOBIA, INC., Plaintiff, v. Case"
        " No. 1:23-cv-1 ACME and THOMAS HALE, Defendants. MOTION\n"
    ),
    "Louisiana": (
        "ZENOBIA, INC.           *   CIVIL ACTION NO. 23-1234\n"
        "                        *\n"
        'VERSUS                  *   SECTION "A"\n'
        "                        *\n"
        "ACME and THOMAS HALE    *   JUDGE ANN FORD\n"
        "* * * * * * *\n"
    ),
    "Pennsylvania": (
        "ZENOBIA, INC., : CIVIL ACTION\n"
        "Plaintiff :\n"
        ": NO. 23-1234\n"
        "v. :\n"
        ":\n"
        "ACME and THOMAS HALE, :\n"
        "Defendants :\n"
    ),
    "blanks dropped": (
        "UNITED STATES DISTRICT COURT\n"
        "DISTRICT OF MAINE\n"
        "ZENOBIA, INC.,Plaintiff,v.ACME and THOMAS HALE,Defendants.)))Case No.1:23-cv-01234\n"
    ),
    "adversary proceeding": (
        "IN THE UNITED STATES BANKRUPTCY COURT\n"
        "FOR THE DISTRICT OF DELAWARE\n"
        "In re: : Chapter 11\n"
        "ZENOBIA, INC., et al., : Case No. 23-10001 (ABC)\n"
        "Debtors. :\n"
        "_________\n"
        "ZENOBIA, INC.,\n"
        "Plaintiff,\n"
        "v. : Adv. Proc. No. 23-50001 (ABC)\n"
        "ACME and THOMAS HALE, :\n"
        "Defendants. :\n"
    ),
}
"""Captions of Zenobia, Inc. against Acme and Thomas Hale, most as text taken from a PDF."""
LAYOUTS = {
    "plain": PLAIN,
    "parentheses": RULED.format(")"),
    "section signs": RULED.format("\u00a7"),
    "bars": RULED.format("|"),
    "colons": RULED.format(":"),
    "asterisks": RULED.format("*"),
    "Texas": TEXAS,
    "Texas without roles": TEXAS_WITHOUT_ROLES,
    "New York": NEW_YORK,
    "New York State": NEW_YORK_STATE,
    "California": CALIFORNIA,
    "appeal": APPEAL,
    "own lines": OWN_LINES,
    "columns apart": COLUMNS_APART,
    "title between": TITLE_BETWEEN,
    "one line": ONE_LINE,
    "counterclaim": COUNTERCLAIM,
    "ex rel.": EX_REL,
    "Florida": FLORIDA,
}
