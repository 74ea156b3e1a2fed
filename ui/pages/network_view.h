// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_info.h"

#include <QAbstractScrollArea>

namespace ui::pages {

/// A network top to bottom: a block for each layer, the shape on each edge, the parameters at the side. A block that
/// cannot stand where it does is outlined and says why. Up and down walk.
class NetworkView final : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit NetworkView(QWidget* parent = nullptr);

    void setNetwork(std::vector<std::int64_t> inputShape, std::vector<core::model::LayerInfo> layers);
    int current() const { return m_current; }
    /// What block `index` says, in a sentence.
    QString describe(int index) const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
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
    void paintEdge(QPainter& painter, const QPoint& top, int length, const std::vector<std::int64_t>& shape) const;
    void choose(int index);
    void fit();

    std::vector<std::int64_t> m_input;
    std::vector<core::model::LayerInfo> m_layers;
    int m_current = -1;
};

/// `64 × 28 × 28`
QString shapeText(const std::vector<std::int64_t>& shape);

}
