// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/card_panel.h"

#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "ui/models/run_figures.h"
#include "ui/pages/card_picture.h"
#include "ui/pages/panel_head.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QEvent>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui::pages {

using style::Label;
using style::Tone;

/// As wide as the panel and nearly square.
class CardPanel::Picture final : public QWidget {
public:
    void setCard(const models::Card* card)
    {
        m_card = card;
        update();
    }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return width * 9 / 10; }
    QSize sizeHint() const override { return {208, 188}; }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        if (m_card)
            paintCardPanelPicture(painter, QRectF(rect()), *m_card, style::theme());
    }
    void changeEvent(QEvent* event) override
    {
        if (event->type() == QEvent::PaletteChange)
            update();
        QWidget::changeEvent(event);
    }

private:
    const models::Card* m_card = nullptr;
};

CardPanel::CardPanel(QWidget* parent)
    : QWidget(parent),
      m_title(new Label({}, Tone::Heading)),
      m_subtitle(new Label({}, Tone::Muted)),
      m_text(new Label({})),
      m_before(new Label(tr("Before you look"), Tone::Strong)),
      m_question(new Label({})),
      m_picture(new Picture),
      m_facts(new QGridLayout),
      m_train(new QPushButton(tr("Train it now"))),
      m_play(new QPushButton(tr("Play the recording")))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    m_text->setWordWrap(true);
    m_question->setWordWrap(true);
    m_title->setWordWrap(true);
    m_train->setProperty("primary", true);
    m_train->setObjectName("trainCard");
    m_play->setObjectName("playCard");
    m_facts->setVerticalSpacing(8);
    m_facts->setColumnStretch(1, 1);
    addPanelHead(*column, *m_title, *m_subtitle);
    column->addWidget(m_picture);
    column->addWidget(m_text);
    column->addWidget(new Hairline);
    column->addLayout(m_facts);
    column->addWidget(new Hairline);
    column->addWidget(m_before);
    column->addWidget(m_question);
    column->addStretch(1);
    column->addWidget(m_train);
    column->addWidget(m_play);
    connect(m_train, &QPushButton::clicked, this,
            [this] { m_card && m_card->runs.empty() ? Q_EMIT fileWanted() : Q_EMIT trainWanted(); });
    connect(m_play, &QPushButton::clicked, this, &CardPanel::recordingWanted);
}

void CardPanel::setCard(const models::Card* card)
{
    m_card = card;
    m_picture->setCard(card);
    if (!card)
        return;
    m_title->setText(card->title);
    const QString seconds = card->length();
    QStringList subtitle;
    if (card->runs.size() > 1)
        subtitle << tr("%1 runs, one after the other").arg(card->runs.size());
    if (!seconds.isEmpty())
        subtitle << seconds;
    m_subtitle->setText(subtitle.isEmpty() ? filled(card->sentence, *card) : subtitle.join(" · "));
    m_text->setText(filled(card->text, *card));
    m_question->setText(card->question);
    const bool ask = !card->question.isEmpty();
    m_before->setVisible(ask);
    m_question->setVisible(ask);
    m_train->setText(card->runs.empty() ? tr("Open your data…") : tr("Train it now"));
    m_play->setVisible(!card->recording.empty());
    setFacts(*card);
}

void CardPanel::setFacts(const models::Card& card)
{
    while (QLayoutItem* item = m_facts->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    if (card.runs.empty())
        return;
    const auto resolved = core::spec::resolve(card.runs.back().experiment, {core::session::catalog()});
    const models::Facts facts = models::factsOf(resolved.value);
    int row = 0;
    for (const auto& [name, value] :
         {std::pair{tr("data"), facts.data}, {tr("model"), facts.model}, {tr("train"), facts.training}}) {
        m_facts->addWidget(new Label(name, Tone::Muted), row, 0);
        auto* text = new Label(value);
        text->setAlignment(Qt::AlignRight);
        text->setElided(Qt::ElideRight);
        m_facts->addWidget(text, row++, 1);
    }
}

}
