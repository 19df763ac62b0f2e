"""QGIS projects with every collection as a layer, and a style for each; written for QGIS 3.22."""
