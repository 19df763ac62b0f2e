"""What QGIS opens in one click: a project with every collection as a layer, and the style of each.

Written for QGIS 3.22, which newer versions read as well.
"""
