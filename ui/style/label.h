// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace ui::style {

enum class Tone { Body, Muted, Strong, Heading, Title, Accent, Problem };

/// Text in one of the window's tones; it follows the theme and can end in … where there is no room.
class Label final : public QLabel {
    Q_OBJECT

public:
    explicit Label(const QString& text, Tone tone = Tone::Body, QWidget* parent = nullptr);

    void setTone(Tone tone);
    /// Shortened with … at `where` instead of asking for room; the tooltip then has the whole text.
    void setElided(Qt::TextElideMode where);
    QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    void restyle();

    Tone m_tone;
    Qt::TextElideMode m_elide = Qt::ElideNone;
    bool m_restyling = false;
};

}
