// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/cards.h"
#include "ui/plots/sparkline.h"

class QPainter;

namespace ui::pages {

/// Draws a card's recorded runs into `area`: curves, several runs with their labels, a confusion matrix, a surface; for
/// a card without runs a table with its target column.
void paintCardPicture(QPainter& painter, const QRectF& area, const models::Card& card, const style::Theme& theme);

/// The picture of the card's panel: the last surface of its run where there is one, else the thumbnail.
void paintCardPanelPicture(QPainter& painter, const QRectF& area, const models::Card& card, const style::Theme& theme);

/// Training and validation loss of a recorded run as a thumbnail; `first` is the colour.
plots::SparkData sparkOf(const core::store::RunRecord& record, int color = 0);

/// `text` with `{best}` (epoch), `{epochs}`, `{rows}`, `{parameters}`, `{accuracy}` from the card's last recorded run;
/// empty if something of it is not known.
QString filled(QString text, const models::Card& card);

}
