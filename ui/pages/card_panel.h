// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QPushButton;
class QGridLayout;

namespace ui::models {
struct Card;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// A card at full length, for the inspector: picture, text, facts, the question before one looks, and what to do.
class CardPanel final : public QWidget {
    Q_OBJECT

public:
    explicit CardPanel(QWidget* parent = nullptr);

    /// The card must stay.
    void setCard(const models::Card* card);

Q_SIGNALS:
    void trainWanted();
    void recordingWanted();
    void fileWanted();

private:
    class Picture;
    void setFacts(const models::Card& card);

    const models::Card* m_card = nullptr;
    style::Label *m_title, *m_subtitle, *m_text, *m_before, *m_question;
    Picture* m_picture;
    QGridLayout* m_facts;
    QPushButton *m_train, *m_play;
};

}
