// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/all_reduce_panel.h"

#include "ui/pages/ring_picture.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QButtonGroup>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>

#include <tuple>

namespace ui::pages {

using core::debug::Exchange;
using style::Label;
using style::Tone;

namespace {

constexpr int roundMs = 900;

}

AllReducePanel::AllReducePanel(QWidget* parent)
    : QWidget(parent),
      m_picture(new RingPicture),
      m_slider(new QSlider(Qt::Horizontal)),
      m_play(new QPushButton(tr("Play"))),
      m_kinds(new QButtonGroup(this)),
      m_sentence(new Label({}, Tone::Body)),
      m_cost(new Label({}, Tone::Muted))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->setSpacing(4);
    const std::tuple<QString, QString, QString> kinds[] = {
        {QStringLiteral("ring"), tr("Ring all-reduce"), tr("Ranks pass parts of their gradients on to the next")},
        {QStringLiteral("server"), tr("Parameter server"),
         tr("One rank takes in all gradients and gives out the mean")}};
    int number = 0;
    for (const auto& [name, title, tip] : kinds) {
        auto* button = new QPushButton(title);
        button->setObjectName("exchange-" + name);
        button->setProperty("flat", true);
        button->setCheckable(true);
        button->setChecked(number == 0);
        button->setToolTip(tip);
        m_kinds->addButton(button, number++);
        head->addWidget(button);
    }
    head->addStretch(1);
    column->addLayout(head);
    column->addWidget(m_picture, 1);
    auto* line = new QHBoxLayout;
    line->setSpacing(12);
    m_slider->setObjectName("allReduceRound");
    m_slider->setAccessibleName(tr("Round"));
    m_play->setObjectName("allReducePlay");
    m_play->setProperty("flat", true);
    line->addWidget(m_slider, 1);
    line->addWidget(m_play);
    column->addLayout(line);
    for (Label* label : {m_sentence, m_cost}) {
        label->setWordWrap(true);
        column->addWidget(label);
    }
    // Two lines each, whatever they say: nothing below may jump.
    m_sentence->setMinimumHeight(2 * m_sentence->fontMetrics().lineSpacing());
    m_sentence->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_timer.setInterval(roundMs);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (m_slider->value() < m_slider->maximum())
            m_slider->setValue(m_slider->value() + 1);
        else
            play();
    });
    connect(m_slider, &QSlider::valueChanged, this, &AllReducePanel::goTo);
    connect(m_play, &QPushButton::clicked, this, &AllReducePanel::play);
    connect(m_kinds, &QButtonGroup::idClicked, this, &AllReducePanel::choose);
    setRanks(4);
}

void AllReducePanel::setRanks(qint64 ranks)
{
    m_picture->setRanks(ranks);
    m_picture->setFixedHeight(m_picture->sizeHint().height());
    {
        const QSignalBlocker quiet(m_slider);
        m_slider->setRange(0, m_picture->rounds());
        m_slider->setPageStep(1);
        m_slider->setValue(m_picture->round());
    }
    tell();
}

void AllReducePanel::setBytes(double bytes)
{
    m_bytes = bytes;
    tell();
}

void AllReducePanel::choose(int exchange)
{
    m_picture->setExchange(exchange == 0 ? Exchange::Ring : Exchange::ParameterServer);
    setRanks(m_picture->ranks());
}

void AllReducePanel::goTo(int round)
{
    m_picture->setRound(round);
    tell();
}

void AllReducePanel::play()
{
    if (m_timer.isActive()) {
        m_timer.stop();
        m_play->setText(tr("Play"));
        return;
    }
    if (m_slider->value() == m_slider->maximum())
        m_slider->setValue(0);
    m_timer.start();
    m_play->setText(tr("Stop"));
}

void AllReducePanel::tell()
{
    m_sentence->setText(m_picture->sentence());
    const double n = double(m_picture->ranks());
    const auto size = [this](double times) {
        return m_bytes > 0 ? style::bytes(quint64(times * m_bytes))
                           : tr("%1 times the gradients").arg(style::number(times, 3));
    };
    m_cost->setText(
        m_picture->exchange() == Exchange::Ring
            ? tr("Each link carries %1, 2 (N − 1) / N of the gradients: hardly more for more ranks. But there are %2 "
                 "messages one after the other.")
                  .arg(size(2 * (n - 1) / n))
                  .arg(m_picture->rounds())
            : tr("The link of rank 0 carries %1, 2 (N − 1) times the gradients: it grows with every rank, and all wait "
                 "for it.")
                  .arg(size(2 * (n - 1))));
}

QString AllReducePanel::sentence() const
{
    return m_sentence->text();
}

}
