// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>

class QVBoxLayout;

namespace ui::shell {

/// An entry of the rail: a line icon with its name under it; the page in front has the accent and a bar.
class RailButton final : public QAbstractButton {
    Q_OBJECT

public:
    RailButton(const QString& icon, const QString& text, QWidget* parent);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_icon;
};

/// The pages at the left edge, and at its foot what is always there.
class Rail final : public QWidget {
    Q_OBJECT

public:
    static constexpr int width = 64;

    explicit Rail(QWidget* parent = nullptr);
    void addPage(const QString& name, const QString& title, const QString& icon, const QString& tip);
    void setCurrent(const QString& name);
    RailButton* button(const QString& name) const;

Q_SIGNALS:
    void pageChosen(const QString& name);
    void paletteAsked();
    void themeAsked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void placeThemeIcon();

    QVBoxLayout* m_column;
    int m_pages = 0;
    QAbstractButton* m_theme;
};

}
