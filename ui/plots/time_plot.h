// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

namespace ui::plots {

/// A stretch of a long line.
struct TimeStretch {
    double time = 0, low = 0, high = 0, mean = 0;
    int part = 3; ///< 0 training, 1 validation, 2 test, 3 none
};

/// Numbers along time: the mean of each stretch as a line, from its lowest to its highest as a band, each part of the
/// split in its own tone and named below.
class TimePlot final : public QWidget {
    Q_OBJECT

public:
    explicit TimePlot(QWidget* parent = nullptr);

    /// `dates`: times are seconds since 1970, else numbers of rows.
    void setLine(const QString& title, std::vector<TimeStretch> line, bool dates);
    QString describe(double x) const;
    QSize sizeHint() const override { return {264, 160}; }

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QRectF plot() const;
    QString timeText(double time) const;

    QString m_title;
    std::vector<TimeStretch> m_line;
    bool m_dates = false;
};

}
