// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QWidget>

#include <vector>

namespace ui::plots {

/// The colour of a phase of a step, in the order of core::events::phaseNames.
QColor phaseColor(std::size_t phase);

/// A bar that is divided by what a step's time goes into, with names and times below it.
class PhaseBar final : public QWidget {
    Q_OBJECT

public:
    struct Part {
        QString name, text, tip; ///< `data wait`, `3.1 ms · 60 %`, what it means
        double share = 0;
        std::size_t phase = 0;
    };

    explicit PhaseBar(QWidget* parent = nullptr);
    void setParts(std::vector<Part> parts);
    const std::vector<Part>& parts() const { return m_parts; }
    /// In pixels, for tests.
    QRectF partAt(int part) const;

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<QRectF> namesIn(double width) const;

    std::vector<Part> m_parts;
};

}
