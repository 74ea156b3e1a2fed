// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/forgetting_meter.h"

#include "ui/models/forgetting.h"
#include "ui/models/run_model.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPainter>
#include <QPushButton>
#include <QTableWidget>

#include <algorithm>
#include <cmath>
#include <utility>

namespace ui::pages {

using models::Forgetting;
using models::RunModel;
using style::Label;
using style::theme;
using style::Tone;

namespace {

constexpr int forgottenHeight = 24;

QString figure(const Forgetting& told, double value)
{
    if (!std::isfinite(value))
        return QStringLiteral("–");
    return told.metric == QLatin1String("accuracy") ? QString::number(100 * value, 'f', 1) + QStringLiteral(" %")
                                                    : style::number(value, 4);
}

// Runs that learn on top of an old task; those without a remedy, by which the others are measured, first.
std::vector<RunModel*> incremental(const std::vector<RunModel*>& runs)
{
    std::vector<RunModel*> all;
    for (RunModel* run : runs)
        if (models::forgettingOf(*run))
            all.push_back(run);
    std::ranges::sort(all, {}, [](const RunModel* run) {
        const bool none = run->spec()["train"]["incremental"]["remedy"]["kind"].text() == "none";
        return std::pair(!none, run->id());
    });
    return all;
}

}

void ForgettingGauge::setLevels(double atStart, double now)
{
    if (atStart == m_start && now == m_now)
        return;
    m_start = atStart;
    m_now = now;
    update();
}

void ForgettingGauge::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF all = QRectF(rect()).adjusted(0.5, 2.5, -0.5, -2.5);
    const auto until = [&](double level) {
        return QRectF(all.left(), all.top(), all.width() * std::clamp(level, 0., 1.), all.height());
    };
    painter.setPen(QPen(theme().axis, 1));
    painter.setBrush(theme().surface);
    painter.drawRoundedRect(all, 3, 3);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().accent);
    painter.drawRoundedRect(until(m_now), 3, 3);
    // Where it stood at the start.
    const double x = until(m_start).right();
    painter.setPen(QPen(theme().text, 2));
    painter.drawLine(QPointF(x, rect().top()), QPointF(x, rect().bottom() + 1));
}

ForgettingMeter::ForgettingMeter(QWidget* parent)
    : QWidget(parent),
      m_title(new Label(tr("Old task"), Tone::Muted)),
      m_now(new Label({}, Tone::Strong)),
      m_change(new Label({}, Tone::Body)),
      m_gauge(new ForgettingGauge),
      m_compare(new QPushButton(tr("Compare remedies"))),
      m_table(new QTableWidget)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 0, 24, 8);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->setSpacing(12);
    row->addWidget(m_title);
    row->addWidget(m_gauge);
    row->addWidget(m_now);
    row->addWidget(m_change);
    row->addStretch();
    row->addWidget(m_compare);
    column->addLayout(row);
    column->addWidget(m_table);
    setAccessibleName(tr("Forgetting meter"));
    setToolTip(tr("<b>Forgetting</b><br>How well the old task's validation rows are still told apart, while the "
                  "network learns the new ones. The mark is where it stood before the first step.<br>"
                  "<i>forgetting = figure at the start − figure now</i> (Chaudhry et al. 2018)<br>"
                  "Much: the new task writes over the old one; rehearse old rows, or hold the weights by EWC or "
                  "L2-SP.<br>None, while the new task is not learned: the remedy holds too tightly."));
    m_compare->setObjectName(QStringLiteral("compareRemedies"));
    m_compare->setToolTip(tr("Trains this experiment once without a remedy and once with each, one after the other, "
                             "and shows what each keeps of the old task and learns of the new one."));
    connect(m_compare, &QPushButton::clicked, this, &ForgettingMeter::compareWanted);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(forgottenHeight);
    m_table->setShowGrid(false);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->setFocusPolicy(Qt::NoFocus);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setAccessibleName(tr("Remedies beside each other"));
    setVisible(false);
}

void ForgettingMeter::setOffers(bool offers)
{
    m_compare->setEnabled(offers);
}

void ForgettingMeter::setRuns(const std::vector<RunModel*>& runs)
{
    const auto told = runs.empty() ? std::nullopt : models::forgettingOf(*runs.front());
    setVisible(told.has_value());
    if (!told)
        return;
    const bool classes = told->metric == QLatin1String("accuracy");
    m_gauge->setVisible(classes);
    m_gauge->setLevels(told->atStart, told->now);
    m_now->setText(classes ? figure(*told, told->now) : tr("loss %1").arg(figure(*told, told->now)));
    m_change->setText(models::forgottenText(*told));
    showTable(incremental(runs));
}

void ForgettingMeter::showTable(const std::vector<RunModel*>& runs)
{
    m_table->setVisible(runs.size() > 1);
    if (runs.size() < 2)
        return;
    m_table->setRowCount(int(runs.size()));
    m_table->setColumnCount(4);
    const auto put = [this](int row, int column, const QString& text, const QColor& color) {
        QTableWidgetItem* item = row < 0 ? m_table->horizontalHeaderItem(column) : m_table->item(row, column);
        if (!item) {
            item = new QTableWidgetItem;
            row < 0 ? m_table->setHorizontalHeaderItem(column, item) : m_table->setItem(row, column, item);
        }
        item->setText(text);
        item->setForeground(color);
        item->setTextAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    };
    const QStringList heads{tr("remedy"), tr("old task"), tr("new task"), tr("forgotten")};
    for (int column = 0; column < heads.size(); ++column)
        put(-1, column, heads[column], theme().muted);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const Forgetting told = *models::forgettingOf(*runs[i]);
        const int row = int(i);
        const bool classes = told.metric == QLatin1String("accuracy");
        put(row, 0, models::remedyTitle(runs[i]->spec()), theme().readable(theme().run(runs[i]->color)));
        put(row, 1, figure(told, told.now), theme().text);
        put(row, 2, figure(told, told.fresh), theme().text);
        put(row, 3,
            classes ? tr("%1 points").arg(QString::number(100 * told.forgotten, 'f', 1))
                    : style::number(told.forgotten, 3),
            theme().text);
    }
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->setFixedHeight(m_table->horizontalHeader()->sizeHint().height() + int(runs.size()) * forgottenHeight + 2);
}

}
