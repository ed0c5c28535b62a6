"""Every rate of the sample in one place: change a number here and the sample changes, nothing else has to.

A rate is a share between 0 and 1 of what its comment names. Counts of what was planted are in `sample.json`.
"""

# ---------- how many, and how they shop
VISITORS_PER_CUSTOMER = 0.6  # people who only look and never leave a name, per customer
LIFECYCLES = (  # state of a customer at the end of the sample, and its share of customers
    ("new", 0.08),  # first purchase within the last 30 days
    ("active", 0.32),  # buys on, own rhythm
    ("silent", 0.12),  # regular rhythm, then nothing for 60 to 150 days
    ("lost", 0.16),  # at least two purchases, the last more than 180 days ago
    ("vip", 0.04),  # a dozen and more purchases with large baskets
    ("occasional", 0.21),  # one to three purchases anywhere in the year
    ("lead", 0.07),  # card, account or newsletter, no purchase yet
)
STYLES = (("online", 0.36), ("store", 0.26), ("cross", 0.38))  # where a customer buys
HOUSEHOLD = 0.14  # of pairs of neighbours in number: live at one address, one family name
BERLIN = 0.07  # of customers: live in Berlin, pay in EUR
OTHER_NAMES = 0.06  # of customers in Turkey with an English, German or Arabic name

# ---------- which systems know a customer
ACCOUNT = {"online": 0.88, "cross": 0.86, "store": 0.08}  # shop account, by style
ACCOUNT_BEFORE_START = 0.45  # of accounts: opened before the sample begins
CARD = {"online": 0.14, "cross": 0.74, "store": 0.80}  # loyalty card (and so a CRM contact), by style
CRM_WITHOUT_CARD = 0.08  # of customers without a card: typed into the CRM anyhow
CRM_SECOND_CONTACT = 0.03  # of CRM customers: typed in twice, in two stores
MAILCHIMP = 0.42  # of customers: newsletter member
ZENDESK = 0.11  # of customers: wrote or called the contact centre
SOCIAL = 0.02  # of customers: wrote to the shop on a social network
GA_VISITS = 1 / 3  # of web visits: also in the Google Analytics export
APP = 0.45  # of online and cross customers: have the app
DESKTOP_HOME = 0.62
DESKTOP_OFFICE = 0.36

# ---------- behaviour
LOGIN_VISIT = 0.42  # of web visits of an account holder: logs in
KIOSK = 0.07  # of store purchases: looked something up on the store's kiosk or tablet first
KIOSK_LOGIN = 0.35  # of those: logged in there
COOKIE_ROTATES = 0.35  # of browsers: cookie cleared after 60 to 200 days, again and again
PHONE_AT_HOME = (
    0.45  # of visits by phone: through the line at home; the others through the carrier's few addresses
)
HOME_ADDRESS_STAYS = 0.4  # of lines at home: keep their address; the others get another every 25 to 120 days
CARRIER_ADDRESSES = 60  # of each of three carriers, through which everybody comes
LARGE_COMPANY = 0.2  # of companies: nearly a hundred work on one line; a dozen at the others
SAME_MODEL = 0.3  # of phones and computers at home: the model of the household, so that spouses have the same
UNTRACKED_ORDER = 0.05  # of online orders: blocked tracker, order only in the shop
ORDER_CANCELLED = 0.03
ORDER_REFUNDED = 0.12  # one line or more is sent back
RECEIPT_RETURNED = 0.06  # of identified receipts: some of it is brought back to the counter
RECEIPT_CARD = 0.72  # of receipts of a card holder: card shown
RECEIPT_PHONE = 0.10  # of other receipts: phone given
RECEIPT_EMAIL = 0.05  # of all receipts: e-receipt by e-mail
RECEIPT_TOKEN = 0.55  # of receipts: paid by card, so a payment token
WALK_IN_RECEIPTS = 0.18  # receipts per customer by people nobody knows
OPEN_CART = 0.10  # of customers with a browser or app: cart left open in the last four days
STORY_A = 0.55  # of eligible customers (app, desktop, card, cross): app, store, desktop on one day
STORY_B = 0.55  # of eligible customers (sign-up inside the sample, mobile, home, office)
STORY_C = 0.40  # of eligible customers (app and desktop)

# ---------- conflicts: what must not be merged
FAMILY_EMAIL = 0.015  # of people: two of one household, one e-mail, own records and given names
SHARED_DEVICE = 0.03  # of people: two of one household log in on one tablet or desktop
RECYCLED_PHONE = 0.010  # of people are party to one: a phone given up and handed to a stranger
SHARED_PAYMENT = 0.001  # of people: two of one household pay with one card

# ---------- untidy records
CRM_PHONE = 0.90
CRM_EMAIL = 0.66
CRM_PLACEHOLDER_PHONE = 0.030  # of CRM contacts: staff typed a made-up phone
CRM_PLACEHOLDER_EMAIL = 0.020
CRM_PLACEHOLDER_CARD = 0.06  # of CRM contacts without a card: a made-up one
POS_PLACEHOLDER = 0.035  # of receipts without any identifier: a made-up phone, e-mail or card instead
CRM_NAME_TYPO = 0.05
CRM_EMAIL_TYPO = 0.04
CRM_PHONE_TYPO = 0.03
CRM_CAPITALS = 0.40  # of CRM contacts: typed in Turkish capitals
CRM_CAPITALS_ASCII = 0.35  # of those: I for İ and ı, S for Ş and so on
CRM_EMAIL_TURKISH_CAPITALS = 0.004  # of CRM e-mails: GMAİL.COM
CRM_BLANKS = 0.06  # of CRM names: NBSP, two blanks, trailing blanks
CRM_STRANGER_CONTACTS = 0.06  # of CRM contacts: neither the e-mail nor the phone the person uses elsewhere
GMAIL_SPELLING = 0.18  # of Gmail addresses in a second system: dots, plus-tag, googlemail.com
EMAIL_CAPITALS = 0.08  # of e-mails in a second system: other case
SECOND_EMAIL = 0.05  # of newsletter members: signed up with another address
ZENDESK_NAME_ONLY = 0.08  # of contact-centre users: a chat without e-mail or phone
LATE_VISIT = 0.012  # of visits: sent two to nine days later
DUPLICATE_EVENT = 0.008  # of tracker calls: sent again, same messageId
DUPLICATE_LATER_FILE = 0.4  # of those: in the next month's file
REEXPORTED = 0.12  # of accounts, contacts and members: exported again with a newer updated_at
UNREACHABLE_SEND = 0.05  # of sends: dead number or token, fails
CLOCK_OFF = 0.01  # of app installs: device clock wrong by hours (originalTimestamp), corrected in timestamp

PLACEHOLDER_PHONES = ("0555 555 55 55", "0500 000 00 00", "0532 000 00 00", "1111111111", "5555555555")
PLACEHOLDER_EMAILS = ("yok@yok.com", "test@test.com", "musteri@magaza.com.tr", "YOK@YOK.COM", "a@a.com")
PLACEHOLDER_CARDS = ("0000000000", "9999999999")
