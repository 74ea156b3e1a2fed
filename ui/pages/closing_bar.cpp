// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/closing_bar.h"

#include "ui/models/fold_curves.h"
#include "ui/models/run_figures.h"
#include "ui/models/run_model.h"
#include "ui/style/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using models::Closing;
using models::NextStep;
using models::Phrase;
using style::theme;

namespace {

constexpr int barHeight = 80;
constexpr int mostPips = 30; ///< with more, one stands for several
constexpr double widestPips = 168;

/// From one pip to the next: as wide as reads well, closer where they are many.
double pipStep(int pips)
{
    return std::min(14.0, std::max(7.0, widestPips / std::max(1, pips))) * theme().scale;
}

QString richText(const Closing& closing)
{
    QString text;
    for (const Phrase& phrase : closing.phrases) {
        const QString words = QString::fromStdString(phrase.text).toHtmlEscaped();
        switch (phrase.weight) {
        case Phrase::Weight::Plain:
            text += words;
            break;
        case Phrase::Weight::Strong:
            text += "<span style='font-weight:600'>" + words + "</span>";
            break;
        case Phrase::Weight::Problem:
            text += "<span style='font-weight:600;color:" + theme().problem.name() + "'>" + words + "</span>";
            break;
        }
    }
    return text;
}

}

void PatiencePips::setPatience(int waited, int patience)
{
    if (waited == m_waited && patience == m_patience)
        return;
    m_waited = waited;
    m_patience = patience;
    setVisible(patience > 0);
    setToolTip(tr("Early stopping ends the run when %1 epochs in a row bring no improvement; %2 so far.")
                   .arg(patience)
                   .arg(waited));
    setAccessibleName(tr("patience %1 of %2").arg(waited).arg(patience));
    updateGeometry();
    update();
}

QSize PatiencePips::sizeHint() const
{
    const double scale = theme().scale;
    const int pips = std::min(m_patience, mostPips);
    const QFontMetrics metrics(theme().body());
    const int words = metrics.horizontalAdvance(tr("patience %1 of %2").arg(m_patience).arg(m_patience));
    return {std::max(words, int(std::ceil(pips * pipStep(pips)))), int(metrics.height() + 20 * scale)};
}

void PatiencePips::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int pips = std::min(m_patience, mostPips);
    const double scale = theme().scale, step = pipStep(pips), radius = std::min(4.5 * scale, 0.36 * step);
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const QFontMetrics metrics(theme().body());
    painter.drawText(rect(), Qt::AlignRight | Qt::AlignTop, tr("patience %1 of %2").arg(m_waited).arg(m_patience));
    const bool spent = m_waited >= m_patience;
    const double y = metrics.height() + 12 * scale;
    for (int i = 0; i < pips; ++i) {
        const bool used = i * m_patience < m_waited * pips;
        painter.setPen(QPen(spent ? theme().text : theme().accent, std::min(1.5 * scale, 0.14 * step)));
        painter.setBrush(used ? (spent ? theme().text : theme().accent) : Qt::transparent);
        painter.drawEllipse(QPointF(width() - (pips - i - 0.5) * step, y), radius, radius);
    }
}

void PatiencePips::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        updateGeometry();
    QWidget::changeEvent(event);
}

ClosingBar::ClosingBar(QWidget* parent)
    : QWidget(parent),
      m_sentence(new QLabel),
      m_pips(new PatiencePips),
      m_button(new QPushButton)
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(24, 8, 24, 8);
    row->setSpacing(24);
    m_sentence->setWordWrap(true);
    m_sentence->setTextFormat(Qt::RichText);
    m_sentence->setProperty("role", "lead");
    m_sentence->setMinimumHeight(0);
    m_button->setProperty("primary", true);
    m_button->setObjectName("nextStep");
    row->addWidget(m_sentence, 1);
    row->addWidget(m_pips, 0, Qt::AlignVCenter);
    row->addWidget(m_button, 0, Qt::AlignVCenter);
    setMinimumHeight(barHeight);
    m_pips->hide();
    m_button->hide();
    connect(m_button, &QPushButton::clicked, this, [this] { Q_EMIT wanted(m_closing.next); });
}

void ClosingBar::setRun(const models::RunModel* run, const models::FoldCurves* folds)
{
    const bool ended = run && folds && folds->folds() > 1 && !run->live() && folds->holds(*run);
    const auto* band = ended ? folds->band(QStringLiteral("validation/loss")) : nullptr;
    if (band && band->mean.size() > 0) {
        const std::size_t last = band->mean.size() - 1;
        show(models::closingOfFolds(models::figuresOf(*folds, *run), folds->folds(),
                                    band->upper.value(last) - band->mean.value(last)));
    } else {
        show(run ? models::closingOf(models::figuresOf(*run)) : m_offers ? models::closingBeforeTraining() : Closing{});
    }
    const auto patience = run ? run->patience() : std::nullopt;
    m_pips->setPatience(patience ? int(patience->waited) : 0, patience ? int(patience->patience) : 0);
}

void ClosingBar::setActionsShown(bool shown)
{
    m_actions = shown;
    m_button->setVisible(shown && m_closing.next.kind != NextStep::Kind::None);
}

void ClosingBar::show(const Closing& closing)
{
    m_closing = closing;
    if (const QString text = richText(closing); text != m_sentence->text()) {
        m_sentence->setText(text);
        m_sentence->setAccessibleName(QString::fromStdString(closing.text()));
    }
    m_button->setText(QString::fromStdString(closing.next.label));
    m_button->setVisible(m_actions && closing.next.kind != NextStep::Kind::None);
}

void ClosingBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(0, 0, width(), 1, theme().line);
}

void ClosingBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        setMinimumHeight(int(barHeight * theme().scale));
        show(m_closing);
    }
    QWidget::changeEvent(event);
}

}
