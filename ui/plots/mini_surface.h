// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/surface_plot.h"

#include <QAbstractButton>

namespace ui::plots {

/// A small decision surface with its caption: a keyframe that is clicked to go there. Checked: the one in view.
class MiniSurface final : public QAbstractButton {
    Q_OBJECT

public:
    explicit MiniSurface(QWidget* parent = nullptr);

    void setFrame(const core::events::SurfaceFrame& frame);
    void setPoints(std::vector<SurfacePoint> points);
    /// `epoch 4`
    void setCaption(const QString& caption);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    core::events::SurfaceFrame m_frame;
    std::vector<SurfacePoint> m_points;
    QString m_caption;
    QImage m_image;
};

}
