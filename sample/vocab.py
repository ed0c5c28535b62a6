"""Words of the sample: names, places, products. All made up or common; no word belongs to a real person."""


def _words(text: str) -> list[str]:
    return text.split()


MALE = _words(
    "Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil "
    "Süleyman Abdullah Mahmut Recep Salih Fatih Kadir Emre Hakan Adem Kemal Yaşar Orhan Bülent Uğur "
    "Çağrı Şükrü Gani Barış Onur Serkan Volkan Tolga Burak Cem Can Deniz Efe Kaan Berk Arda Yiğit Oğuz "
    "Tuncay Ilgaz Işık"
)
FEMALE = _words(
    "Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Zehra Sultan Hanife Merve Havva Zeliha Esra "
    "Özlem Gülsüm Yasemin Hülya Sevgi Büşra Kübra Dilek Songül Şule Çiğdem İpek Gül Pınar Ebru Seda "
    "Selin Ceren Derya Irmak Işıl Nazlı Tuğba Sibel Ülkü Aslı Defne Ecem Beren İrem Nur Bahar Canan "
    "Filiz Gamze"
)
SURNAMES = _words(
    "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin "
    "Kara Koç Kurt Özkan Şimşek Polat Korkmaz Çakır Erdoğan Güneş Bulut Keskin Ünal Turan Gül Taş Işık "
    "Aksoy Tekin Ateş Bozkurt Yavuz Güler Sarı Avcı Bayram Coşkun Duman Erdem Gündüz İnce Karaca Mutlu "
    "Oral Peker Sezer Tunç Uçar Vural Yalçın Zengin Akın Başaran Ceylan Dağ Ekinci Fidan Göksu Hancı "
    "Işıklı Karagöz Uysal Özer"
)
FOREIGN = {  # language: (male, female, family names)
    "en": (
        ["James", "Oliver", "Harry", "George", "Thomas", "William"],
        ["Emily", "Olivia", "Grace", "Sophie", "Charlotte", "Amelia"],
        ["Smith", "Taylor", "Brown", "Wilson", "Walker", "Bennett", "Cooper"],
    ),
    "de": (
        ["Lukas", "Felix", "Jonas", "Maximilian", "Jürgen", "Björn", "Günther"],
        ["Anna", "Lena", "Sophia", "Käthe", "Jördis", "Ulrike", "Greta"],
        ["Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Wagner", "Becker", "Weiß", "Köhler"],
    ),
    "ar": (
        ["Khaled", "Omar", "Tariq", "Yazan", "Samir", "Nabil"],
        ["Layla", "Noor", "Rania", "Hiba", "Salma", "Dalal"],
        ["Al-Ahmad", "Haddad", "Khoury", "Nasser", "Sabbagh", "Darwish"],
    ),
}
OCCUPATIONS = _words(
    "öğretmen mühendis doktor hemşire avukat memur esnaf öğrenci emekli muhasebeci yazılımcı aşçı şoför mimar"
)
INCOMES = ("0-20000", "20000-40000", "40000-70000", "70000-120000", "120000+")

# city: (share inside Turkey, region, plate number for postal codes, districts, IP prefix)
CITIES = {
    "İstanbul": (
        0.48,
        "İstanbul",
        "34",
        ["Kadıköy", "Beşiktaş", "Şişli", "Üsküdar", "Bakırköy", "Ümraniye", "Ataşehir"],
        "78.160",
    ),
    "Ankara": (0.20, "Ankara", "06", ["Çankaya", "Keçiören", "Yenimahalle", "Mamak", "Etimesgut"], "78.164"),
    "İzmir": (0.15, "İzmir", "35", ["Konak", "Karşıyaka", "Bornova", "Buca", "Çeşme"], "78.168"),
    "Bursa": (0.10, "Bursa", "16", ["Nilüfer", "Osmangazi", "Yıldırım", "İnegöl"], "78.172"),
    "Antalya": (0.07, "Antalya", "07", ["Muratpaşa", "Konyaaltı", "Kepez", "Alanya"], "78.176"),
    "Berlin": (0.0, "Berlin", "10", ["Kreuzberg", "Neukölln", "Mitte", "Wedding", "Charlottenburg"], "91.0"),
}
STREETS = [
    "Atatürk Cad.",
    "Cumhuriyet Cad.",
    "İstiklal Sok.",
    "Gül Sok.",
    "Çınar Sok.",
    "Barbaros Bulv.",
    "Şehit Ömer Sok.",
    "Lale Sok.",
]
STREETS_DE = ["Oranienstraße", "Sonnenallee", "Müllerstraße", "Kantstraße", "Torstraße"]

# (store_id, name, city, country, timezone)
STORES = (
    ("S01", "Kadıköy", "İstanbul", "TR", "Europe/Istanbul"),
    ("S02", "Nişantaşı", "İstanbul", "TR", "Europe/Istanbul"),
    ("S03", "Bakırköy", "İstanbul", "TR", "Europe/Istanbul"),
    ("S04", "Ümraniye", "İstanbul", "TR", "Europe/Istanbul"),
    ("S05", "Kızılay", "Ankara", "TR", "Europe/Istanbul"),
    ("S06", "Çankaya", "Ankara", "TR", "Europe/Istanbul"),
    ("S07", "Alsancak", "İzmir", "TR", "Europe/Istanbul"),
    ("S08", "Karşıyaka", "İzmir", "TR", "Europe/Istanbul"),
    ("S09", "Nilüfer", "Bursa", "TR", "Europe/Istanbul"),
    ("S10", "Muratpaşa", "Antalya", "TR", "Europe/Istanbul"),
    ("S11", "Kreuzberg", "Berlin", "DE", "Europe/Berlin"),
)

# category: (slug, things, lowest and highest price in TRY when the sample begins)
CATEGORIES = {
    "Kadın Giyim": ("kadin-giyim", ["Elbise", "Gömlek", "Triko", "Etek", "Kaban"], 300, 2400),
    "Erkek Giyim": ("erkek-giyim", ["Gömlek", "Kazak", "Pantolon", "Mont", "Tişört"], 300, 2600),
    "Çocuk": ("cocuk", ["Tulum", "Eşofman", "Mont", "Pijama", "Şapka"], 150, 900),
    "Ayakkabı": ("ayakkabi", ["Sneaker", "Bot", "Sandalet", "Babet", "Terlik"], 400, 3200),
    "Aksesuar": ("aksesuar", ["Çanta", "Kemer", "Cüzdan", "Şal", "Saat"], 120, 1800),
    "Kozmetik": ("kozmetik", ["Parfüm", "Krem", "Şampuan", "Ruj", "Serum"], 60, 1200),
    "Ev Tekstili": ("ev-tekstili", ["Nevresim", "Havlu", "Perde", "Battaniye", "Kilim"], 150, 2200),
    "Mutfak": ("mutfak", ["Tencere", "Çaydanlık", "Bıçak", "Tabak", "Fincan"], 80, 2800),
    "Elektronik": ("elektronik", ["Kulaklık", "Hoparlör", "Tablet", "Süpürge", "Lamba"], 250, 9000),
    "Oyuncak": ("oyuncak", ["Puzzle", "Bebek", "Araba", "Kutu-Oyunu", "Lego-Set"], 80, 1400),
    "Spor": ("spor", ["Mat", "Dambıl", "Matara", "Forma", "Çadır"], 90, 2600),
    "Kırtasiye": ("kirtasiye", ["Defter", "Kalem", "Sırt-Çantası", "Ajanda", "Boya"], 30, 900),
}
BRANDS = ["Lale", "Ege", "Anka", "Nordhaus", "Pera", "Toros", "Meltem", "Yıldız", "Kırlangıç", "Bosfor"]
ADJECTIVES = ["Klasik", "Premium", "Günlük", "Doğal", "Mini"]
ENGLISH = ["Classic", "Premium", "Everyday", "Natural", "Mini"]

STORE_AGENTS = {
    "kiosk": "MagazaKiosk/2.1 (Linux)",
    "tablet": "MagazaStaff/2.1 (iPadOS 17.5)",
}
DOMAINS = (
    ("gmail.com", 0.58),
    ("hotmail.com", 0.18),
    ("outlook.com", 0.08),
    ("yahoo.com", 0.06),
    ("icloud.com", 0.05),
    ("yandex.com.tr", 0.05),
)
TICKETS = (
    ("Siparişim gelmedi", "problem"),
    ("İade etmek istiyorum", "question"),
    ("Yanlış ürün geldi", "problem"),
    ("Fatura talebi", "task"),
    ("Beden değişimi", "question"),
    ("Where is my order?", "problem"),
    ("Ödeme iki kez çekildi", "incident"),
)
POSTS = (
    ("Yeni koleksiyon çok güzel 😍", "positive"),
    ("Kargom üç gündür bekliyor, neden?", "negative"),
    ("Mağaza kaçta açılıyor?", "neutral"),
    ("Teşekkürler, hızlı teslimat!", "positive"),
    ("İade param hâlâ yatmadı", "negative"),
)
# (name, month, day it begins, days, lift of traffic); a window is planted in every year the sample touches
WINDOWS = (
    ("okula-donus", 8, 25, 21, 1.5),
    ("efsane-cuma", 11, 21, 10, 2.2),
    ("yilbasi", 12, 18, 14, 1.6),
    ("sevgililer-gunu", 2, 7, 8, 1.4),
    ("ramazan", 2, 18, 30, 1.3),
    ("23-nisan", 4, 17, 7, 1.4),
    ("anneler-gunu", 5, 1, 10, 1.6),
)
