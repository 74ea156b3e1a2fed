// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_tree.h"

#include <QWidget>

namespace ui::pages {

/// A run with those that it branched from and those that branched from it, drawn over their steps. Edges carry what was
/// changed there. A click, or the arrows, choose a run.
class RunTree final : public QWidget {
    Q_OBJECT

public:
    explicit RunTree(QWidget* parent = nullptr);

    /// Nothing is shown for a run without relatives.
    void setFamily(std::vector<core::store::TreeNode> family, const QString& current);
    const std::vector<core::store::TreeNode>& family() const { return m_family; }
    /// Where the end of a run's line stands: for tests.
    QPointF endOf(std::size_t place) const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void chosen(const QString& id);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    double xOf(std::int64_t step) const;
    double yOf(std::size_t place) const;
    std::ptrdiff_t placeAt(double y) const;
    void paintRow(QPainter& painter, std::size_t place) const;

    std::vector<core::store::TreeNode> m_family;
    std::string m_current;
    std::int64_t m_steps = 1;
    std::ptrdiff_t m_hovered = -1;
};

/// `lr 0.01`, `lr 0.01 and 2 more`, `unchanged`.
QString changeText(const std::vector<core::spec::Difference>& changes);

}
