// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>

class QMenu;

namespace ui::pages {

/// A title that is a choice: strong text with a chevron, and the menu it opens below itself.
class ViewButton final : public QAbstractButton {
    Q_OBJECT

public:
    explicit ViewButton(QWidget* parent = nullptr);

    QMenu* menu() const { return m_menu; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QMenu* m_menu;
};

}
