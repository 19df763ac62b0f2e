"""Title of the service and attribution of its data, one text for pages, maps, tiles, styles and files."""

TITLE = "Crossings"
DESCRIPTION = (
    "Which points of entry were open, to whom, in which direction, on a given day, and how do we know? "
    "Airports, land and blue border points and internal transit points of the world, with their restrictions over time."
)
# Publishers by subject, with the licence where it requires attribution.
PUBLISHERS = {
    "International travel controls": (
        "Oxford COVID-19 Government Response Tracker",
        "Blavatnik School of Government",
        "University of Oxford (CC BY 4.0)",
    ),
    "Points of entry": (
        "OurAirports",
        "UN/LOCODE (UNECE)",
        "World Port Index (NGA)",
        "US BTS/CBP",
        "OCHA/HDX (CC BY)",
        "WFP by way of US Department of State HIU (MIT)",
        "Geo Gecko (MIT)",
    ),
    "Restrictions at points and borders": (
        "OCHA/HDX (CC BY)",
        "US Federal Register",
        "US DHS",
        "Government of Canada",
        "European Commission (notifications of Member States)",
    ),
    "Place names": ("GeoNames (CC BY 4.0)",),
    "Country shapes, towns, waters, roads and railways": ("made with Natural Earth",),
}
ATTRIBUTION = " ".join(f"{what}: {', '.join(whose)}." for what, whose in PUBLISHERS.items())
# For the basemap only: maps show it beside the attribution of their points.
BASEMAP_ATTRIBUTION = "Made with Natural Earth. Place names: GeoNames (CC BY 4.0)."
