// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
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
    /// Several ways to train and validate, each a thin bar: which rows validate in which fold. `kind` as in the
    /// experiment (`k_fold`, `walk_forward`, …); `sliding`: what is trained on moves along.
    void setFolds(const QString& kind, std::int64_t folds, bool sliding);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintNames(QPainter& painter, double all) const;
    void paintFolds(QPainter& painter) const;
    void paintTest(QPainter& painter, const QRectF& part) const;

    std::array<std::int64_t, 3> m_rows{};
    QString m_kind;
    std::int64_t m_folds = 1;
    bool m_sliding = false;
};

}
