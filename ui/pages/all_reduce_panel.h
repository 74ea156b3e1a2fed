// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

class QButtonGroup;
class QPushButton;
class QSlider;

namespace ui::style {
class Label;
}

namespace ui::pages {

class RingPicture;

/// How ranks average their gradients, to be gone through round by round: a ring all-reduce, and a parameter server.
class AllReducePanel final : public QWidget {
    Q_OBJECT

public:
    explicit AllReducePanel(QWidget* parent = nullptr);
    void setRanks(qint64 ranks);
    /// Of all gradients.
    void setBytes(double bytes);
    RingPicture& picture() { return *m_picture; }
    QSlider* slider() const { return m_slider; }
    QString sentence() const;

private:
    void choose(int exchange);
    void goTo(int round);
    void play();
    void tell();

    RingPicture* m_picture;
    QSlider* m_slider;
    QPushButton* m_play;
    QButtonGroup* m_kinds;
    style::Label *m_sentence, *m_cost;
    double m_bytes = 0;
    QTimer m_timer;
};

}
