// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Ten curves of ten million points in a window of 1280 × 800: milliseconds for a whole redraw into a picture, the
/// median at the worst of several zooms, beside plain QCustomPlot with a tenth of the points. Prints its figures; 0 if
/// it could run.
int runPlotBench(bool json);
