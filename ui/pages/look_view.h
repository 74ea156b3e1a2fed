// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/data_view.h"

#include <QImage>
#include <QWidget>

#include <optional>

class QPainter;

namespace ui::pages {

/// The picture of a look; null if it has none.
QImage imageOf(const core::session::Look& look);

/// Paints a sample into `area`: an image with its boxes and its mask, a text, a waveform over its spectrogram, a series
/// or a row of numbers as curves. `reference`: whose range the curves take.
void paintLook(QPainter& painter, const QRectF& area, const core::session::Look& look,
               const core::session::Look* reference = nullptr);

/// One sample, as large as there is room.
class LookView final : public QWidget {
    Q_OBJECT

public:
    explicit LookView(QWidget* parent = nullptr);
    void setLook(std::optional<core::session::Look> look);
    QSize sizeHint() const override { return {320, 144}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::optional<core::session::Look> m_look;
};

}
