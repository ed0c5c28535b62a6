"""What other systems hold of a person: account, CRM, newsletter, contact centre, consents, messages."""

import hashlib
import json

from . import networks, spelling, vocab
from . import rates as R
from .catalogue import Catalogue
from .clock import DAY_MS, END_MS, local, month, offset, utc_seconds
from .dice import between, pick
from .people import Person
from .visits import Tracker
from .writers import Writer

HOUR_MS = 3_600_000


class Records:
    """Writes what other systems hold about a person; the half of a chunk that needs no visit."""

    w: Writer
    cat: Catalogue
    tracker: Tracker
    counts: dict

    def records(self, p: Person, bought: list, carts: list) -> None:
        """Write the account, contact, member, consents, messages, posts and labels of one person."""
        r, w, counts = p.r, self.w, self.counts
        label = w.row
        for dev in p.devices:
            if dev.kind == "shared":
                continue
            for anon, user in dev.seen.items():
                if user:
                    label("labels/identity_labels", ("tracker", "events", anon, p.id))
                    counts["labelled_cookies"] += 1
        counts["devices"] += len(p.devices)
        if p.has_account and p.signup:
            self.account(p)
        if p.has_crm:
            self.contact(p)
        member = self.member(p) if p.has_mailchimp else None
        if p.has_zendesk:
            self.service(p, bought)
        if r() < R.SOCIAL:
            self.post(p)
        self.consents(p, member)
        self.messages(p, carts, bought)

    def account(self, p: Person) -> None:
        r, w = p.r, self.w
        made = p.signup
        phone = spelling.e164(p.phone_at(made)) if p.old_phone == "" and r() < 0.72 else ""
        first = p.first if not p.second or r() < 0.5 else f"{p.first} {p.second}"
        marketing = "true" if r() < 0.6 else "false"

        def export(changed: int, first: str, marketing: str, period: str) -> None:
            w.row(
                "shop/customers",
                (
                    p.account,
                    p.email,
                    phone,
                    first,
                    p.last,
                    offset(made),
                    offset(changed),
                    marketing,
                    p.city,
                    p.country,
                ),
                period,
            )

        export(made, first, marketing, "")
        w.row("labels/identity_labels", ("shop", "customers", p.account, p.id))
        changed = max(made, p.start) + int(r() * 90 * DAY_MS)
        if r() < R.REEXPORTED and changed < END_MS:
            phone = phone or ("" if p.old_phone else spelling.e164(p.phone))
            export(changed, first, "false" if marketing == "true" and r() < 0.5 else marketing, "changed")
            w.repeats["shop/customers"] += 1

    def contact(self, p: Person) -> None:
        """Write a CRM contact as store staff typed it, sometimes twice, sometimes again after a change."""
        r, w, counts = p.r, self.w, self.counts
        for copy in range(2 if r() < R.CRM_SECOND_CONTACT else 1):
            cid = f"C{p.n:07d}" + ("-2" if copy else "")
            upper = r() < R.CRM_CAPITALS
            folded = upper and r() < R.CRM_CAPITALS_ASCII
            made = p.start - int(r() * 700 * DAY_MS)
            if p.life == "new" or r() < 0.35:
                made = p.start + int(r() * (END_MS - p.start) * 0.8)
            if p.handover:
                made = p.handover + (-40 if p.old_phone else 25) * DAY_MS
            names = p.first if not p.second or r() < 0.4 else f"{p.first} {p.second}"
            first = spelling.crm_name(r, names, upper, folded)
            last = spelling.crm_name(r, p.last, upper, folded)
            digits = p.old_phone or p.phone
            phone = spelling.phone(r, digits) if r() < R.CRM_PHONE or p.handover else ""
            email = spelling.email(r, p.email) if r() < R.CRM_EMAIL or p.family_email else ""
            card = p.card if p.has_card and not copy else ""
            if not p.handover and not p.family_email:
                x = r()
                if x < R.CRM_PLACEHOLDER_PHONE:
                    phone = pick(r, R.PLACEHOLDER_PHONES)
                    counts["placeholder_phones"] += 1
                elif x < R.CRM_PLACEHOLDER_PHONE + R.CRM_PHONE_TYPO and phone:
                    phone = spelling.phone(r, spelling.phone_typo(r, digits))
                    counts["phone_typos"] += 1
                x = r()
                if x < R.CRM_PLACEHOLDER_EMAIL:
                    email = pick(r, R.PLACEHOLDER_EMAILS)
                    counts["placeholder_emails"] += 1
                elif x < R.CRM_PLACEHOLDER_EMAIL + R.CRM_EMAIL_TYPO and email:
                    email = spelling.email_typo(r, p.email)
                    counts["email_typos"] += 1
                elif x > 1 - R.CRM_EMAIL_TURKISH_CAPITALS and email:
                    email = spelling.capitals(email.lower())
                    counts["turkish_capital_emails"] += 1
                if r() < R.CRM_STRANGER_CONTACTS:
                    phone = spelling.phone(r, p.work_phone())
                    email = p.make_email("firma.example", "") if r() < 0.3 else ""
                    counts["contacts_linkable_by_name_only"] += 1
                if not card and r() < R.CRM_PLACEHOLDER_CARD:
                    card = pick(r, R.PLACEHOLDER_CARDS)
                    counts["placeholder_cards"] += 1
            y, m, d = p.birth
            if r() < 0.02:
                m, d = (d, m) if d <= 12 else (m, d)
            birth = pick(r, (f"{y}-{m:02d}-{d:02d}", f"{d:02d}.{m:02d}.{y}", f"{d:02d}/{m:02d}/{y}"))
            birth = birth if r() < 0.8 else ""
            gender = pick(r, ("K", "Kadın", "F") if p.female else ("E", "Erkek", "M")) if r() < 0.85 else ""
            place = (p.street, p.district, p.city)
            street, district, city = map(spelling.capitals, place) if upper else place
            married = ("evli" if p.married else "bekar") if r() < 0.6 else ""
            row = [cid, card, first, last, email, phone, birth, gender, married]
            row += [p.job if r() < 0.5 else "", p.income if r() < 0.4 else ""]
            row += [street, district, city, p.postal, p.country, utc_seconds(made)]
            w.row("crm/contacts", [*row, utc_seconds(made)])
            w.row("labels/identity_labels", ("crm", "contacts", cid, p.id))
            counts["crm_capitals"] += upper
            changed = max(made, p.start) + int(r() * 120 * DAY_MS)
            if r() < R.REEXPORTED and changed < END_MS:
                row[8] = "evli" if p.married else "bekar"
                row[10] = p.income
                w.row("crm/contacts", [*row, utc_seconds(changed)], "changed")
                w.repeats["crm/contacts"] += 1

    def member(self, p: Person) -> tuple | None:
        """Write a newsletter member and what they did with each campaign; return (address, since, until)."""
        r, w, counts, cat = p.r, self.w, self.counts, self.cat
        address = p.email
        phone = ""
        if r() < R.SECOND_EMAIL and not p.family_email:
            address = p.make_email(pick(r, ("hotmail.com", "yahoo.com", "mynet.com")), "x")
            counts["second_emails"] += 1
        else:
            address = spelling.email(r, address)
            if r() < 0.3 and not p.handover:
                phone = spelling.phone(r, p.phone)
        key = hashlib.md5(address.lower().encode()).hexdigest()
        since = (
            p.start - int(r() * 500 * DAY_MS) if r() < 0.5 else p.start + int(r() * (END_MS - p.start) * 0.9)
        )
        keen, until, status = 0.08 + 0.6 * r() * r(), END_MS, "subscribed"
        cleaned = r() < 0.02
        for cid, at, _, _ in cat.campaigns:
            if at < since or at >= until:
                continue
            sent = at + int(r() * 600) * 1000
            self.activity(cid, key, address, "sent", sent, "", "")
            if cleaned:
                self.activity(cid, key, address, "bounce", sent + 4000, "", "")
                status, until = "cleaned", sent + 5000
                counts["bounced_members"] += 1
                break
            if r() < keen:
                opened = sent + int(r() * r() * 2 * DAY_MS) + 60_000
                if opened < END_MS - 120_000:
                    self.activity(cid, key, address, "open", opened, "", networks.carrier(p, opened))
                    if r() < 0.22:
                        x = self.tracker.choose(r, p)
                        url = f"https://www.magaza.example{x.path}?utm_campaign={cid}"
                        self.activity(
                            cid,
                            key,
                            address,
                            "click",
                            opened + 20_000,
                            url,
                            networks.carrier(p, opened + 20_000),
                        )
                    elif r() < 0.02:
                        self.activity(
                            cid,
                            key,
                            address,
                            "unsub",
                            opened + 50_000,
                            "",
                            networks.carrier(p, opened + 50_000),
                        )
                        status, until = "unsubscribed", opened + 50_000
                        counts["unsubscribed_members"] += 1
        first = p.first
        day = f'"BIRTHDAY":"{p.birth[1]:02d}/{p.birth[2]:02d}"' if r() < 0.3 else '"BIRTHDAY":""'

        def export(changed: int, status: str, period: str) -> None:
            w.json(
                "mailchimp/members",
                f'{{"id":"{key}","unique_email_id":"{key[:10]}","email_address":"{address}","list_id":"L1",'
                f'"status":"{status}","timestamp_signup":"{utc_seconds(since)}","timestamp_opt":'
                f'"{utc_seconds(since + 60_000)}","last_changed":"{utc_seconds(changed)}","merge_fields":'
                f'{{"FNAME":"{first}","LNAME":"{p.last}","PHONE":"{phone}",{day}}}}}',
                period,
            )

        export(since + 60_000, "subscribed", "")
        w.row("labels/identity_labels", ("mailchimp", "members", key, p.id))
        if status != "subscribed":
            export(until, status, "changed")
            w.repeats["mailchimp/members"] += 1
        return address, since, until, status

    def activity(self, campaign, key, address, action, t, url, ip) -> None:
        self.w.row(
            "mailchimp/email_activity", (campaign, key, address, action, utc_seconds(t), url, ip), month(t)
        )

    def service(self, p: Person, bought: list) -> None:
        """Write a contact-centre user and tickets."""
        r, w, counts = p.r, self.w, self.counts
        zid = str(360_000_000_000 + p.n)
        made = p.start + int(r() * (END_MS - p.start) * 0.9)
        first = [t for t, *_ in bought]
        if first and r() < 0.6:
            made = min(pick(r, first) + int(r() * 6 * DAY_MS), END_MS - DAY_MS)
        external = p.account if p.has_account and p.signup and p.signup < made and r() < 0.5 else ""
        email, phone = spelling.email(r, p.email), spelling.phone(r, p.phone_at(made)) if r() < 0.45 else ""
        name = p.full_name
        if r() < R.ZENDESK_NAME_ONLY:
            email = phone = external = ""
            counts["users_linkable_by_name_only"] += 1
        elif r() < 0.25 and phone:
            email = ""
        if r() < 0.15:
            name = name.lower() if r() < 0.5 else spelling.capitals(name)
        w.row("zendesk/users", (zid, external, name, email, phone, utc_seconds(made), utc_seconds(made)))
        w.row("labels/identity_labels", ("zendesk", "users", zid, p.id))
        for k in range(1 + (r() < 0.3)):
            subject, kind = pick(r, vocab.TICKETS)
            at = made + k * between(r, 1, 30) * DAY_MS
            if at >= END_MS - 3 * HOUR_MS:
                break
            solved = at + between(r, 1, 90) * HOUR_MS
            via = pick(r, ("web", "email", "chat", "phone", "phone", "social"))
            done = solved < END_MS
            score = pick(r, ("good", "good", "bad", "")) if done else ""
            tid = f"{zid[5:]}{k}"
            head = (tid, zid, via, subject, kind, pick(r, ("low", "normal", "high")))
            w.row(
                "zendesk/tickets",
                (
                    *head,
                    "solved" if done else "open",
                    score,
                    utc_seconds(at),
                    utc_seconds(solved if done else at),
                ),
            )

    def post(self, p: Person) -> None:
        r = p.r
        network = pick(r, ("instagram", "twitter", "facebook"))
        for k in range(1 + (r() < 0.3)):
            text, mood = pick(r, vocab.POSTS)
            at = p.start + int(r() * (END_MS - p.start - DAY_MS))
            stem = p.email.partition("@")[0].replace(".", "_")
            self.w.json(
                "sprout_social/messages",
                json.dumps(
                    {
                        "guid": f"{network[:2]}-{p.n:07d}-{k}",
                        "network": network,
                        "post_type": pick(r, ("comment", "mention", "direct_message")),
                        "created_time": utc_seconds(at),
                        "from": {
                            "guid": f"{network[:2]}u{p.n * 7919:011d}",
                            "name": p.full_name,
                            "screen_name": stem,
                        },
                        "text": text,
                        "sentiment": mood,
                    },
                    ensure_ascii=False,
                    separators=(",", ":"),
                ),
            )

    def consents(self, p: Person, member) -> None:
        """Write registry-shaped consents: one per contact point and channel, some withdrawn later."""
        r, w, counts = p.r, self.w, self.counts
        if not (p.has_account or p.has_crm or member):
            return
        made = p.signup if p.signup and p.has_account else p.start + int(r() * (END_MS - p.start) * 0.7)
        made = min(max(made, p.start - 300 * DAY_MS), END_MS - DAY_MS)
        phone = spelling.e164(p.phone)
        source = "HS_WEB" if p.has_account else "HS_FIZIKSEL_ORTAM"
        asked = [(phone, "MESAJ", 0.62), (phone, "ARAMA", 0.35), (p.email, "EPOSTA", 0.6)]
        if p.app and p.app.known:
            asked.append((p.app.token, "PUSH", 0.7))
        if r() < 0.3:
            asked.append((phone, "WHATSAPP", 0.6))
        if p.has_account and p.signup:
            asked.append((p.account, "ONSITE", 0.8))
            asked.append((p.email, "ADS", 0.4))
        for who, channel, yes in asked:
            if who == p.email and p.family_email and p.n % 2:
                continue
            if r() > 0.85:
                continue
            given = r() < yes
            said = (channel, "marketing", "ONAY" if given else "RET", source, local(made))
            w.row("consent/records", (who, "BIREYSEL", *said, "612345"))
            later = made + int(r() * 250 * DAY_MS) + DAY_MS
            if given and r() < 0.08 and later < END_MS:
                how = {"MESAJ": "HS_MESAJ", "ARAMA": "HS_CAGRI_MERKEZI"}.get(channel, "HS_EPOSTA")
                w.row(
                    "consent/records",
                    (who, "BIREYSEL", channel, "marketing", "RET", how, local(later), "612345"),
                )
                counts["consents_withdrawn"] += 1

    def messages(self, p: Person, carts: list, bought: list) -> None:
        """Write what was sent by SMS, push, WhatsApp, onsite and call, and what came back."""
        r, cat = p.r, self.cat
        k = 0
        for t, dev in carts[-3:]:
            app = dev.kind.startswith("app")
            if app:
                way = ("push", dev.token, "push_token")
            elif p.has_account and p.signup and p.signup < t and r() < 0.5:
                way = ("onsite", p.account, "account_id")
            else:
                way = ("onsite", self.tracker.anonymous_id(dev, t), "anonymous_id")
            self.send(
                p, k, t + between(r, 30, 300) * 60_000, way, "cart", "retail_cart", f"{1 if app else 0}"
            )
            k += 1
            if p.has_account and p.signup and p.signup < t and r() < 0.3:
                way = ("whatsapp", spelling.e164(p.phone), "phone")
                self.send(p, k, t + DAY_MS + between(r, 0, 600) * 60_000, way, "cart", "retail_cart", "2")
                k += 1
        if not (p.has_account or p.has_crm):
            return
        for name, begins, _, _ in cat.windows:
            if begins > p.start and r() < 0.3:
                way = ("sms", spelling.phone(r, p.phone) if r() < 0.2 else spelling.e164(p.phone), "phone")
                if p.app and p.app.known and r() < 0.5:
                    way = ("push", p.app.token, "push_token")
                self.send(p, k, begins + between(r, 8, 12) * HOUR_MS, way, name, "", "")
                k += 1
        if p.life in ("lost", "vip") and r() < 0.3:
            at = END_MS - between(r, 5, 60) * DAY_MS
            if at > p.start:
                self.send(p, k, at, ("call", spelling.e164(p.phone), "phone"), "geri-kazan", "win_back", "1")

    def send(self, p: Person, k: int, t: int, way: tuple, campaign: str, journey: str, step: str) -> None:
        r, w, counts = p.r, self.w, self.counts
        if t >= END_MS - HOUR_MS:
            return
        channel, recipient, kind = way
        mid = f"s{p.n:07d}{k:03d}"
        at = str(t) if channel == "push" else f'"{utc_seconds(t)}"'
        flow = f',"journey":"{journey}","step":"{step}"' if journey else ""
        w.json(
            "messaging/sends",
            f'{{"message_id":"{mid}","channel":"{channel}","recipient":"{recipient}","recipient_type":"{kind}",'
            f'"campaign_id":"{campaign}"{flow},"variant":"{"AB"[p.n % 2]}","sent_at":{at}}}',
        )
        put = w.row
        if r() < R.UNREACHABLE_SEND:
            counts["unreachable_sends"] += 1
            put("messaging/receipts", (mid, "failed", utc_seconds(t + 5000), "unreachable"))
            return
        if channel == "call":
            event, detail = ("answered", "") if r() < 0.4 else ("failed", "no answer")
            put("messaging/receipts", (mid, event, utc_seconds(t + 20_000), detail))
            return
        put("messaging/receipts", (mid, "delivered", utc_seconds(t + 3000), ""))
        if r() < 0.45:
            seen = t + 60_000 + int(r() * r() * 20 * HOUR_MS)
            if seen < END_MS - 60_000:
                put("messaging/receipts", (mid, "viewed", utc_seconds(seen), ""))
                x = r()
                if x < 0.2:
                    put("messaging/receipts", (mid, "clicked", utc_seconds(seen + 9000), ""))
                elif x < 0.24 and channel == "whatsapp":
                    put("messaging/receipts", (mid, "replied", utc_seconds(seen + 40_000), ""))
                elif x < 0.26:
                    put("messaging/receipts", (mid, "unsubscribed", utc_seconds(seen + 30_000), ""))
                elif x < 0.263:
                    put("messaging/receipts", (mid, "complained", utc_seconds(seen + 30_000), ""))
