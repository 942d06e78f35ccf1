"""What a column holds about people, money and secrets: from its name, its comment, and values where some were sampled.

Precision comes first: a wrong label on a column teaches people to ignore labels. Names are cut into words (`billingEmailAddr` →
billing, email, addr); a rule matches a run of words; words that turn a thing into something about it (`email_sent_at`,
`phone_count`) stop it. Sampled values confirm, correct or replace what the name says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

KINDS: dict[str, str] = {
    "email": "E-mail address",
    "phone": "Phone number",
    "person_name": "Person's name",
    "national_id": "National id",
    "card_number": "Card number",
    "bank_account": "Bank account",
    "health": "Health",
    "location": "Location",
    "credentials": "Credentials",
}
LEAST_VALUES = 5
VALUE_SHARE = 0.8  # of the sampled values that are not empty must look alike


@dataclass(frozen=True)
class Proposal:
    """A kind of KINDS, how sure (0–1), and whether the name, the comment or values said so."""

    kind: str
    confidence: float
    origin: str


_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_]+")
# A last word that makes the column something about the thing, not the thing.
_ABOUT = frozenset(
    "count counts cnt total flag ind indicator date dt at ts time timestamp status state type kind class category verified sent opened clicked "
    "bounced optin optout opt consent valid invalid verification confirmed confirmation enabled disabled required preference preferences provider "
    "template subject body content domain host length len size score rate ratio pct percent percentage hash hashed sha md5 sha256 masked token tokens "
    "format version ver label lang language campaign list group code codes prefix suffix source channel model brand carrier os notes note "
    "reminder expiry expires expiration exp year month fee fees amount amt cost price limit balance url uri link file filename path image img photo "
    "constraint reason check attempts attempt changed updated created last reset hint history level bucket region priority error errors server service queue job used".split()
)
_ABOUT_FIRST = frozenset("is has was can should num number count total avg max min sum n no_of days".split())
# Owners of an address, number or name that are not people or places.
_TECHNICAL = frozenset(
    "ip ipv4 ipv6 mac web url http memory contract wallet host network subnet bus server device bitcoin eth email mail return ipaddress".split()
)
_PEOPLE = frozenset(
    "customer employee patient person contact guest passenger driver student teacher author manager holder cardholder beneficiary recipient applicant "
    "member doctor physician nurse buyer seller shopper subscriber client lead candidate resident tenant parent child spouse father mother "
    "actor director instructor professor attendee claimant insured policyholder borrower payer payee signer signatory staff agent rep "
    "ship bill billing shipping sender receiver consignee emergency next".split()
)
_PEOPLE_TABLES = frozenset(
    "employee employees person persons people patient patients student students staff contact contacts passenger passengers actor actors "
    "driver drivers teacher teachers author authors guest guests member members applicant applicants candidate candidates".split()
)

# (kind, confidence, runs of words any of which must stand in the name, whether `_ABOUT` stops it)
_RULES: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("credentials", 0.95, ("password", "passwd", "pwd", "passphrase", "pass word", "password hash", "passwordhash", "password salt", "pwd hash", "hashed password", "password digest")),
    (
        "credentials",
        0.9,
        (
            "api key", "apikey", "secret key", "access key", "private key", "secret access", "client secret", "auth token", "access token", "refresh token",
            "session token", "bearer token", "api token", "api secret", "app secret", "webhook secret", "otp secret", "security answer", "pin code hash",
            "id token", "oauth token", "encryption key", "signing key", "ssh key", "credential", "credentials", "totp", "passcode",
        ),
    ),
    ("email", 0.95, ("email", "e mail", "emailaddress", "email address", "mail address", "mailaddress", "emails", "mail addr")),
    (
        "phone",
        0.9,
        (
            "phone", "telephone", "phonenumber", "msisdn", "mobile number", "mobile no", "mobile phone", "cell phone", "cellphone", "cell number", "fax", "fax number",
            "phone no", "phone number", "tel no", "tel number", "home tel", "work tel", "mobilephone", "homephone", "contact number", "contact no", "telefon",
        ),
    ),
    (
        "national_id",
        0.9,
        (
            "ssn", "social security", "socialsecurity", "national id", "nationalid", "national identifier", "national insurance", "nino", "passport", "passport no",
            "passport number", "passportnumber", "tax id number", "taxpayer id", "tax identification", "driver license", "drivers license", "driver licence", "driving licence",
            "driving license", "license number", "cpf", "curp", "aadhaar", "aadhar", "pesel", "bsn", "dni", "steuer id", "personnummer", "identity card", "id card number",
            "sin number", "itin", "driverslicense", "nationalidnumber", "visa number", "visa no", "ssnid",
        ),
    ),
    (
        "card_number",
        0.9,
        (
            "card number", "cardnumber", "card no", "cc number", "cc num", "ccnum", "credit card", "creditcard", "debit card", "cvv", "cvv2", "cvc", "card pan", "primary account number",
            "creditcardnumber", "cc no", "card num",
        ),
    ),
    (
        "bank_account",
        0.9,
        (
            "iban", "bank account", "bankaccount", "routing number", "routing no", "sort code", "aba number", "account number", "account no", "acct number", "acct no", "swift code", "bic code",
            "swift bic", "accountnumber", "bank acct", "account iban", "acc number", "acc no",
        ),
    ),
    (
        "health",
        0.9,
        (
            "diagnosis", "diagnoses", "icd", "icd9", "icd10", "medication", "medications", "prescription", "disease", "allergy", "allergies", "blood type", "blood group", "blood pressure",
            "symptom", "symptoms", "medical record", "mrn", "bmi", "disability", "vaccination", "vaccine", "hba 1 c", "glucose", "cholesterol", "heart rate", "medical history", "medical condition",
            "health condition", "chief complaint", "comorbidity", "pregnant", "pregnancy", "hiv", "drug name", "dosage", "cause of death", "smoker", "smoking",
            "procedure icd", "snomed", "loinc", "icd code", "icd9 code", "icd10 code", "icd 9 code", "icd 10 code", "diagnosis code", "diagnosis text",
        ),
    ),
    (
        "location",
        0.9,
        (
            "latitude", "longitude", "lat", "lon", "lng", "long lat", "geohash", "geo point", "geolocation", "gps", "home address", "street", "street address", "streetaddress", "postal code",
            "postalcode", "postcode", "zip", "zip code", "zipcode", "address", "addr", "address line", "addressline", "mailing address", "address1", "address2", "coordinates", "zip4", "spatial location",
        ),
    ),
    (
        "person_name",
        0.9,
        (
            "first name", "last name", "full name", "given name", "middle name", "family name", "surname", "firstname", "lastname", "fullname", "middlename", "forename", "maiden name", "fname", "lname",
            "nickname", "legal name person", "middle initial", "initials",
        ),
    ),
)  # fmt: skip
# Words that say the same thing in the service's own `…_id` and so must not be stopped by `id`.
_STOPS_ON_ID = frozenset(
    {"email", "phone", "location", "person_name", "health", "card_number", "bank_account", "credentials"}
)
_NUMERIC = ("int", "bigint", "smallint", "tinyint", "float", "double", "decimal", "real", "numeric", "long")
_NOT_TEXT_OR_NUMBER = ("date", "timestamp", "boolean", "bool", "interval", "time")


def words(name: str) -> tuple[str, ...]:
    """`billingEmailAddr_2` → (billing, email, addr, 2)."""
    return tuple(word.lower() for word in _WORD.findall(name))


def _holds(found: tuple[str, ...], run: tuple[str, ...]) -> bool:
    return any(found[i : i + len(run)] == run for i in range(len(found) - len(run) + 1))


# The longest run first: `zip code` before `zip`, which `code` would stop.
_RUNS = tuple(
    (kind, sure, tuple(sorted((tuple(run.split()) for run in runs), key=len, reverse=True)))
    for kind, sure, runs in _RULES
)
_FIRST_WORDS = frozenset(run[0] for _, _, runs in _RUNS for run in runs)


@lru_cache(maxsize=65536)
def propose_from_name(
    name: str, type_name: str = "string", comment: str = "", table: str = ""
) -> Proposal | None:
    """The likeliest kind by name, else by comment; None where nothing is likely."""
    base = type_name.partition("(")[0].partition("<")[0].strip().lower()
    if base in _NOT_TEXT_OR_NUMBER:
        return None
    found = words(name)
    if found and found[-1].isdigit() and len(found) > 1:
        found = found[:-1]  # phone_2, address1
    if not found:
        return None
    proposal = _by_name(found, base, table)
    if proposal is None and comment and len(found) <= 3:
        proposal = _by_comment(comment, base, found)
    return proposal


def _by_name(found: tuple[str, ...], base: str, table: str) -> Proposal | None:
    numeric = base in _NUMERIC
    if _FIRST_WORDS.intersection(found):
        for kind, sure, runs in _RUNS:
            matched = next((run for run in runs if _holds(found, run)), None)
            if matched is None or _stopped(kind, found, matched, numeric):
                continue
            return Proposal(kind, sure, "name")
    if "name" in found and found[-1] == "name" and not numeric:
        before = found[:-1]
        if before and before[-1] in _PEOPLE:
            return Proposal("person_name", 0.85, "name")
        if not before and _PEOPLE_TABLES.intersection(words(table)):
            return Proposal("person_name", 0.8, "name")
    if found in {("tel",), ("mobile",), ("cell",)} and not numeric:
        return Proposal("phone", 0.75, "name")
    if found == ("pin",) or found == ("otp",):
        return Proposal("credentials", 0.7, "name")
    return None


def _stopped(kind: str, found: tuple[str, ...], matched: tuple[str, ...], numeric: bool) -> bool:
    rest = found[len(matched) :] if found[: len(matched)] == matched else ()
    last, first = found[-1], found[0]
    if last not in matched and (
        last in _ABOUT or (last in {"id", "uuid", "key", "sk"} and kind in _STOPS_ON_ID)
    ):
        return True
    if first in _ABOUT_FIRST and first not in matched:
        return True
    if kind == "credentials":
        return numeric or bool(rest and rest[-1] in {"id", "name"})
    if numeric and kind in {"email", "person_name"}:
        return True
    if kind == "location":
        if matched[0] in {"address", "addr"} and _TECHNICAL.intersection(found):
            return True
        # `lat`, `lon` and `zip` are words of other things too: alone, or with a place before them.
        if matched in {("lat",), ("lon",), ("lng",), ("zip",)}:
            return not (len(found) == 1 or found[-1] == matched[0])
        if matched == ("address",) or matched == ("addr",):
            return found[-1] not in {"address", "addr", "line"} and not rest
        return last in {"name", "type"} and matched != ("street",)
    if kind == "phone":
        return last in {"name"} or (matched == ("phone",) and last in {"book"})
    if kind == "bank_account" and matched[0] == "account":
        return numeric and bool({"count"} & set(found))
    if kind == "health":
        return last in {"name"} and matched != ("drug", "name")
    return False


_COMMENT = (
    ("email", re.compile(r"\b(e-?mail address|e-?mail of)\b", re.IGNORECASE)),
    ("phone", re.compile(r"\b(phone number|telephone number|mobile number)\b", re.IGNORECASE)),
    ("national_id", re.compile(r"\b(social security number|passport number|national (?:id|insurance) number)\b", re.IGNORECASE)),
    ("card_number", re.compile(r"\b(credit|debit|payment) card number\b", re.IGNORECASE)),
    ("bank_account", re.compile(r"\b(iban|bank account number)\b", re.IGNORECASE)),
    (
        "person_name",
        re.compile(
            r"^(full|first|last|given|family) name\b|\b(full|first|last) name of the (person|employee|customer|patient|contact)\b", re.IGNORECASE
        ),
    ),
    ("location", re.compile(r"\b(home|street|postal|mailing) address\b", re.IGNORECASE)),
)  # fmt: skip
_COMMENT_NOT = re.compile(r"\b(whether|number of|count of|date|time of|hash|if the|flag)\b", re.IGNORECASE)


def _by_comment(comment: str, base: str, found: tuple[str, ...]) -> Proposal | None:
    if found[-1] in _ABOUT or found[0] in _ABOUT_FIRST:
        return None
    for kind, pattern in _COMMENT:
        match = pattern.search(comment)
        if match and not _COMMENT_NOT.search(comment.replace(match[0], "")):
            if base in _NUMERIC and kind in {"email", "person_name", "location"}:
                continue
            return Proposal(kind, 0.75, "comment")
    return None


def _luhn(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text)
    if not re.fullmatch(r"[3-6]\d{12,18}", digits):
        return False
    total = 0
    for place, char in enumerate(reversed(digits)):
        number = int(char) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _iban(text: str) -> bool:
    plain = text.replace(" ", "").upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", plain):
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


_EMAIL = re.compile(r"[^@\s]{1,64}@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+\d{1,3}(?:[ .()/-]*\d){6,13}|(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]\d{2,4}){1,4}")
_SSN = re.compile(r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
_SECRET = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{16}|\$2[aby]\$\d\d\$.{53}|eyJ[\w-]{10,}\.eyJ[\w-]+\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----.*", re.DOTALL)  # fmt: skip
_DATE_LIKE = re.compile(
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}.*|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|\d{1,3}(?:\.\d{1,3}){3}"
)
_VALUE_RULES = (
    ("email", 0.98, lambda text: bool(_EMAIL.fullmatch(text))),
    ("bank_account", 0.98, _iban),
    ("card_number", 0.95, _luhn),
    ("national_id", 0.9, lambda text: bool(_SSN.fullmatch(text))),
    ("credentials", 0.97, lambda text: bool(_SECRET.fullmatch(text))),
    ("phone", 0.8, lambda text: bool(_PHONE.fullmatch(text)) and sum(c.isdigit() for c in text) >= 8 and not _DATE_LIKE.fullmatch(text)),
)  # fmt: skip


def propose_from_values(values: Sequence[str], named: Proposal | None = None) -> Proposal | None:
    """What sampled values say, given what the name said; None where they say nothing or too few are there.

    A name's e-mail, card, account or secret whose values plainly are not one loses its label only when values look like another kind.
    """
    texts = [text.strip() for text in values if text and text.strip()]
    if len(texts) < LEAST_VALUES:
        return None
    for kind, sure, looks in _VALUE_RULES:
        share = sum(1 for text in texts if looks(text)) / len(texts)
        if share < VALUE_SHARE:
            continue
        if kind == "card_number" and share < 1 and (named is None or named.kind != kind):
            continue  # one in ten numbers passes Luhn by chance; of many, all must
        return Proposal(kind, min(0.99, sure * (0.5 + share / 2) + (0.02 if named and named.kind == kind else 0)), "values")  # fmt: skip
    return None
