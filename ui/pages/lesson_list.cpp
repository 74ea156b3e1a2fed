// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/lesson_list.h"

#include "ui/pages/card_picture.h"
#include "ui/pages/hairline.h"
#include "ui/style/label.h"

#include <QHBoxLayout>
#include <QPushButton>

#include <algorithm>

namespace ui::pages {

using models::Card;
using models::Lesson;
using style::Label;
using style::Tone;

namespace {

class Thumbnail final : public QWidget {
public:
    explicit Thumbnail(const Card& card) : m_card(card) { setFixedSize(176, 88); }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(style::theme().line);
        painter.setBrush(style::theme().surface);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
        paintCardPicture(painter, QRectF(rect()).adjusted(12, 12, -12, -12), m_card, style::theme());
    }

private:
    const Card& m_card;
};

QString lengthOf(const Lesson& lesson)
{
    const auto asks = [](const models::Station& station) { return !station.question.isEmpty(); };
    const auto questions = std::ranges::count_if(lesson.stations, asks);
    return LessonList::tr("%1 steps, %2 questions").arg(lesson.stations.size()).arg(questions);
}

}

LessonList::LessonList(const std::vector<Lesson>& lessons, QWidget* parent) : QWidget(parent)
{
    if (auto cards = models::readCards())
        m_cards = std::move(*cards);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(16);
    column->addWidget(new Label(tr("Show it to a class"), Tone::Title));
    auto* hint = new Label(
        tr("Each demonstration really trains, at the pace of the class. It stops before every reveal and asks."),
        Tone::Muted);
    hint->setWordWrap(true);
    column->addWidget(hint);
    for (const Lesson& lesson : lessons) {
        column->addWidget(new Hairline);
        column->addWidget(row(lesson));
    }
    column->addWidget(new Hairline);
    column->addStretch();
}

QWidget* LessonList::row(const Lesson& lesson)
{
    auto* line = new QWidget;
    line->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(24);
    const auto card = std::ranges::find(m_cards, lesson.key, &Card::key);
    if (card != m_cards.end())
        row->addWidget(new Thumbnail(*card));
    auto* words = new QVBoxLayout;
    words->setSpacing(4);
    auto* sentence = new Label(lesson.sentence);
    sentence->setWordWrap(true);
    words->addStretch();
    words->addWidget(new Label(lesson.title, Tone::Heading));
    words->addWidget(sentence);
    words->addWidget(new Label(lengthOf(lesson), Tone::Muted));
    words->addStretch();
    row->addLayout(words, 1);
    auto* begin = new QPushButton(tr("Begin"));
    begin->setObjectName("begin-" + lesson.key);
    begin->setAccessibleName(tr("Begin %1").arg(lesson.title));
    begin->setProperty("outlined", true);
    row->addWidget(begin, 0, Qt::AlignVCenter);
    connect(begin, &QPushButton::clicked, this, [this, key = lesson.key] { Q_EMIT wanted(key); });
    return line;
}

LessonKeys::LessonKeys(QWidget* parent) : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(new Label(tr("In front of a class"), Tone::Heading));
    column->addWidget(new Hairline);
    auto* keys = new QGridLayout;
    keys->setVerticalSpacing(8);
    keys->setHorizontalSpacing(16);
    keys->setColumnStretch(1, 1);
    int row = 0;
    for (const auto& [key, meaning] : {std::pair{tr("F11"), tr("large view")},
                                       {tr("→  Page Down"), tr("next, or reveal")},
                                       {tr("←  Page Up"), tr("back")},
                                       {tr("Ctrl+K"), tr("everything else")}}) {
        keys->addWidget(new Label(key), row, 0);
        auto* text = new Label(meaning, Tone::Muted);
        text->setAlignment(Qt::AlignRight);
        text->setElided(Qt::ElideRight);
        keys->addWidget(text, row++, 1);
    }
    column->addLayout(keys);
    auto* note = new Label(
        tr("Remote controls for slides send these keys. Ask the question, wait for hands, then press."), Tone::Muted);
    note->setWordWrap(true);
    column->addWidget(note);
    column->addStretch(1);
}

}
