// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <array>
#include <cstdint>

namespace ui::pages {

/// All rows as one bar: which teach, which check, and which stay sealed.
class SplitBar final : public QWidget {
    Q_OBJECT

public:
    explicit SplitBar(QWidget* parent = nullptr);
    /// Training, validation and test rows.
    void setRows(const std::array<std::int64_t, 3>& rows);
    QSize sizeHint() const override { return {200, 56}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintNames(QPainter& painter, double all) const;

    std::array<std::int64_t, 3> m_rows{};
};

}
