"""The demo company as tables: who works there, what it buys, makes and sells, and to whom."""

from __future__ import annotations

from typing import Final

from complaint_qms.constants import roles

DOMAIN: Final = "harbour-demo.example"

# key, first name, last name, gender, language, roles, superior
PEOPLE: Final = (
    ("manager", "Marta", "Lindqvist", "Female", "en", (roles.MANAGER,), None),
    ("agent", "Ana", "Ruiz", "Female", "en", (roles.AGENT,), "manager"),
    ("agent_zh", "Wei", "Li", "Male", "zh", (roles.AGENT,), "manager"),
    ("quality", "Keiko", "Mori", "Female", "en", (roles.QUALITY_MANAGER,), None),
    ("investigator", "Tom", "Becker", "Male", "en", (roles.INVESTIGATOR,), "quality"),
    ("investigator_2", "Amara", "Diallo", "Female", "en", (roles.INVESTIGATOR,), "quality"),
    ("regulatory", "Nadia", "Osei", "Female", "en", (roles.REGULATORY,), "quality"),
    ("owner", "Jonas", "Weber", "Male", "en", (roles.ACTION_OWNER,), "quality"),
    ("accounts", "Priya", "Nair", "Female", "en", (roles.ACCOUNTS_USER, roles.ACCOUNTS_MANAGER, "Sales User"), "manager"),
    ("auditor", "Samuel", "Otieno", "Male", "en", (roles.AUDITOR,), None),
)  # fmt: skip

# name, country of its address, currency follows the company's
SUPPLIERS: Final = (
    ("Quayside Seals & Gaskets", "Germany"),
    ("Eastlight Heating Elements", "China"),
    ("Northgate Metal Pressings", "United States"),
    ("Pinehill Electronics", "China"),
    ("Corran Packaging", "United States"),
)

# item code, name, supplier, price, lot prefix
MATERIALS: Final = (
    ("HB-R-GASKET", "Silicone Gasket 62 mm", "Quayside Seals & Gaskets", 0.35, "QSG"),
    ("HB-R-HEATER", "Heating Element 2200 W", "Eastlight Heating Elements", 3.10, "ELH"),
    ("HB-R-SHELL", "Stainless Shell", "Northgate Metal Pressings", 2.40, "NMP"),
    ("HB-R-BOARD", "Control Board", "Pinehill Electronics", 4.80, "PHE"),
    ("HB-R-CARTON", "Carton with Insert", "Corran Packaging", 0.60, "CRN"),
)

# item code, name, batch prefix, price, tracked by serial number, size of a batch, months it keeps, bill of materials
PRODUCTS: Final = (
    ("HB-KETTLE-17", "Electric Kettle 1.7 l", "KT", 42.0, False, 640, 60,
     ("HB-R-GASKET", "HB-R-HEATER", "HB-R-SHELL", "HB-R-CARTON")),
    ("HB-FLASK-05", "Vacuum Flask 0.5 l", "VF", 21.0, False, 900, 120, ("HB-R-GASKET", "HB-R-SHELL", "HB-R-CARTON")),
    ("HB-STEAM-2", "Steam Inhaler", "SI", 58.0, False, 320, 36,
     ("HB-R-GASKET", "HB-R-HEATER", "HB-R-BOARD", "HB-R-CARTON")),
    ("HB-BPM-10", "Blood Pressure Monitor", "BP", 74.0, True, 36, 60, ("HB-R-BOARD", "HB-R-CARTON")),
)  # fmt: skip

# first name, last name, gender
OPERATORS: Final = (("Lena", "Hoff", "Female"), ("Marek", "Nowak", "Male"), ("Ivy", "Chen", "Female"))
WORKSTATIONS: Final = ("Assembly Cell 1", "Assembly Cell 2", "Leak Test Bench")
# operation, where it is usually done
OPERATIONS: Final = (("Assembly", "Assembly Cell 1"), ("Leak Test", "Leak Test Bench"))

# name, country, territory, group, person, language, how much it buys
CUSTOMERS: Final = (
    ("Alder Street Pharmacies", "United States", "United States", "Commercial", "Ruth Alder", "en", 5),
    ("Beacon Home Stores", "United States", "United States", "Commercial", "Carl Beacon", "en", 6),
    ("Ferrous County Hospital", "United States", "United States", "Government", "Dr. Elena Voss", "en", 3),
    ("Holm & Søn Køkken", "Denmark", "Northern Europe", "Commercial", "Mette Holm", "en", 3),
    ("Kaufhaus Rheinblick", "Germany", "Central Europe", "Commercial", "Uwe Brandt", "en", 5),
    ("Klinikum Waldsee", "Germany", "Central Europe", "Government", "Sabine Kern", "en", 2),
    ("Maison Garance", "France", "Central Europe", "Commercial", "Claire Garance", "en", 3),
    ("Tasman Outdoor", "Australia", "Asia Pacific", "Commercial", "Noah Reid", "en", 3),
    ("Lion City Homeware", "Singapore", "Asia Pacific", "Commercial", "Tan Mei Ling", "en", 4),
    ("杭州晨光电器商行", "China", "China", "Commercial", "陈晓明", "zh", 5),
    ("成都安康医疗器械", "China", "China", "Commercial", "周丽", "zh", 3),
    ("广州万家生活超市", "China", "China", "Commercial", "黄志强", "zh", 4),
    ("Open Door Shelter", "United States", "United States", "Non Profit", "Grace Miller", "en", 1),
    ("Jasper Lee", "United States", "United States", "Individual", "Jasper Lee", "en", 1),
)
PORTAL_CUSTOMER: Final = "Beacon Home Stores"
"""Whose login of the customer portal the demo has."""
HOSPITALS: Final = ("Ferrous County Hospital", "Klinikum Waldsee")
TERRITORIES: Final = ("Northern Europe", "Central Europe", "Asia Pacific", "China")

# The planted fault: one lot of gaskets, too hard, built into several batches of two products.
BAD_MATERIAL: Final = "HB-R-GASKET"
BAD_DELIVERY: Final = 3
"""Number of the purchase receipt (from 0) that brought the bad lot."""
