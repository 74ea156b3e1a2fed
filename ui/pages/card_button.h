// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/cards.h"

#include <QAbstractButton>
#include <QPixmap>

namespace ui::pages {

/// A sample card: thumbnail, title, seconds, one sentence. A click selects it, a double click or Enter trains it.
class CardButton final : public QAbstractButton {
    Q_OBJECT

public:
    explicit CardButton(const models::Card& card, QWidget* parent = nullptr);

    const models::Card& card() const { return m_card; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void trainWanted();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    int textHeight() const;

    const models::Card& m_card;
    QPixmap m_picture; ///< drawn once for each size and theme
};

}
