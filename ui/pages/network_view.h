// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"
#include "ui/models/layer_norms.h"

#include <QAbstractScrollArea>

namespace ui::pages {

/// A network top to bottom: a block for each layer, the shape on each edge, the parameters at the side. A block that
/// cannot stand where it does is outlined and says why. Up and down walk. Blocks that may be edited are dragged into
/// order or moved by Alt with up and down, and taken out by Delete. Frozen blocks are hatched and bear a lock, which a
/// click or F sets and takes away.
class NetworkView final : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit NetworkView(QWidget* parent = nullptr);

    void setNetwork(std::vector<std::int64_t> inputShape, std::vector<core::model::LayerInfo> layers);
    /// The first `count` blocks may be moved and taken out.
    void setEditable(int count) { m_editable = count; }
    /// How long weights, gradients and updates of the layers were, drawn beside their blocks; empty: nothing is.
    void setSparks(std::map<std::string, models::LayerSpark> sparks);
    /// Where the sparklines of block `index` stand; empty where there is none or no room.
    QRect sparkRect(int index) const;
    /// How each block takes part in the training.
    void setLearning(std::vector<core::session::Learning> learning);
    int current() const { return m_current; }
    void choose(int index);
    /// Chosen as soon as there is such a block.
    void setCurrent(int index) { m_current = index; }
    /// Where block `index` stands in the viewport.
    QRect blockRect(int index) const;
    /// Where its lock is; a block without weights has none.
    QRect lockRect(int index) const;
    /// What block `index` says, in a sentence.
    QString describe(int index) const;
    /// The same of its sparklines.
    QString describeSparks(int index) const;

Q_SIGNALS:
    void chosen(int index);
    void removed(int index);
    void moved(int from, int to);
    void freezeToggled(int index);

protected:
    bool viewportEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Block {
        QRect rect;
        int reasonHeight = 0;
    };
    std::vector<Block> layout() const;
    /// Height of a block and of the edge under it.
    struct Pitch {
        int block, edge;
    };
    Pitch pitch() const;
    void paintBlock(QPainter& painter, const Block& block, int index) const;
    void paintLock(QPainter& painter, const QRect& place, int index) const;
    core::session::Learning learning(int index) const;
    void paintEdge(QPainter& painter, const QPoint& top, int length, const std::vector<std::int64_t>& shape) const;
    void paintSparks(QPainter& painter, const Block& block, int index) const;
    void paintSparkNames(QPainter& painter, const Block& first) const;
    QRect sparksBeside(const QRect& block) const;
    void fit();
    int dropPlace(int y) const;

    std::vector<std::int64_t> m_input;
    std::vector<core::model::LayerInfo> m_layers;
    std::map<std::string, models::LayerSpark> m_sparks; ///< by layer
    std::vector<core::session::Learning> m_learning;
    int m_current = -1, m_editable = 0;
    int m_pressed = -1, m_drop = -1; ///< the block under a pressed button; where it would go, while it is dragged
    QPoint m_pressedAt;
};

/// `64 × 28 × 28`
QString shapeText(const std::vector<std::int64_t>& shape);

}
