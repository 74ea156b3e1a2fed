// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>

class QAction;

namespace ui::shell {

/// A sign without a frame; it takes the keyboard only by Tab, so that a click leaves shortcuts as they were.
class IconButton final : public QAbstractButton {
    Q_OBJECT

public:
    IconButton(const QString& icon, int side, QWidget* parent = nullptr);
    /// Enabled, name and shortcut follow the action; a click triggers it.
    void follow(QAction* action);
    void setSign(const QString& icon);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QString m_icon;
    int m_side;
};

}
