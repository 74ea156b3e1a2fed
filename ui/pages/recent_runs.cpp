// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/recent_runs.h"

#include "core/base/clock.h"
#include "ui/bridge/worker.h"
#include "ui/models/runs_table.h"
#include "ui/pages/card_picture.h"
#include "ui/pages/hairline.h"
#include "ui/plots/sparkline.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QAbstractButton>
#include <QHBoxLayout>
#include <QPushButton>

namespace ui::pages {

using core::events::RunState;
using core::store::RunSummary;
using models::canResume;
using models::metricText;
using style::Label;
using style::Tone;

namespace {

constexpr int rows = 3;
constexpr int recentHeight = 40;

}

QString stateSentence(const RunSummary& run)
{
    if (!run.problem.empty())
        return QObject::tr("damaged: %1").arg(QString::fromStdString(run.problem));
    const QString steps = run.totalSteps > 0
                              ? QObject::tr("step %1 of %2").arg(style::count(run.steps), style::count(run.totalSteps))
                              : QObject::tr("step %1").arg(style::count(run.steps));
    switch (run.state) {
    case RunState::Interrupted:
        return QObject::tr("interrupted at %1").arg(steps);
    case RunState::Stopped:
        return QObject::tr("stopped at %1").arg(steps);
    case RunState::Failed:
        return QObject::tr("▲ failed at %1").arg(steps);
    case RunState::Preparing:
    case RunState::Running:
    case RunState::Paused:
        return QObject::tr("training, %1").arg(steps);
    default:
        break;
    }
    for (const auto& [name, value] : run.metrics)
        if (name == "validation/accuracy")
            return metricText(name, value);
    if (run.bestEpoch >= 0)
        return QObject::tr("%1 at epoch %2")
            .arg(metricText(run.bestMetric, run.bestValue), style::count(run.bestEpoch));
    return QObject::tr("%1 steps").arg(style::count(run.steps));
}

/// One run: opens with a click or Enter.
class RecentRuns::Row final : public QAbstractButton {
public:
    explicit Row(const Entry& entry, QWidget* parent = nullptr)
        : QAbstractButton(parent),
          m_run(entry.summary),
          m_spark(sparkOf(entry.record))
    {
        setFocusPolicy(Qt::StrongFocus);
        setAccessibleName(QString::fromStdString(m_run.id) + ", " + stateSentence(m_run));
        setFixedHeight(int(recentHeight * style::theme().scale));
        if (!canResume(m_run))
            return;
        m_resume = new QPushButton(RecentRuns::tr("Resume"));
        m_resume->setProperty("outlined", true);
        m_resume->setAccessibleName(RecentRuns::tr("Resume %1").arg(QString::fromStdString(m_run.id)));
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(0, 0, 0, 0);
        row->addWidget(m_resume, 0, Qt::AlignRight | Qt::AlignVCenter);
    }

    QPushButton* resume() const { return m_resume; }
    QSize sizeHint() const override { return {400, height()}; }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const auto& t = style::theme();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        if (underMouse() || hasFocus())
            painter.fillRect(rect(), t.hover);
        if (hasFocus())
            painter.fillRect(0, 0, 2, height(), t.accent);
        painter.fillRect(0, height() - 1, width(), 1, t.line);
        const double spark = 56 * t.scale, name = 72 * t.scale, state = name + (width() - name) * nameShare,
                     when = width() - 112 * t.scale;
        plots::paintSparkline(painter, QRectF(0, 5, spark, height() - 10), m_spark, t);
        const auto write = [&](double from, double to, const QFont& font, const QColor& color, const QString& text,
                               Qt::Alignment side = Qt::AlignLeft) {
            painter.setFont(font);
            painter.setPen(color);
            const QRectF box(from, 0, to - from, height() - 1);
            painter.drawText(box, int(side | Qt::AlignVCenter),
                             painter.fontMetrics().elidedText(text, Qt::ElideMiddle, int(box.width())));
        };
        write(name, state - 16, t.strong(), t.text, QString::fromStdString(m_run.id));
        write(state, when - 8, t.body(),
              !m_run.problem.empty() ? t.problem
              : m_resume             ? t.text
                                     : t.muted,
              stateSentence(m_run));
        if (!m_resume)
            write(when, width(), t.body(), t.muted, style::ago(m_run.created, core::base::wallSeconds()),
                  Qt::AlignRight);
    }

private:
    static constexpr double nameShare = 0.32;

    RunSummary m_run;
    plots::SparkData m_spark;
    QPushButton* m_resume = nullptr;
};

RecentRuns::RecentRuns(QWidget* parent)
    : QWidget(parent),
      m_rows(new QVBoxLayout),
      m_empty(new Label(tr("Runs that you train will stand here, newest first."), Tone::Muted)),
      m_worker(std::make_unique<bridge::Worker>(*this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(new Label(tr("Recent runs"), Tone::Strong));
    column->addSpacing(8);
    column->addWidget(new Hairline(Hairline::Shade::Dark));
    column->addWidget(m_empty);
    column->addLayout(m_rows);
    column->addStretch();
    m_empty->setContentsMargins(0, 12, 0, 0);
    m_rows->setSpacing(0);
}

RecentRuns::~RecentRuns() = default;

void RecentRuns::reload(const QString& runsFolder)
{
    m_worker->run([this, folder = runsFolder.toStdString(), generation = ++m_generation]() -> bridge::Worker::Answer {
        std::vector<Entry> entries;
        for (const RunSummary& summary : core::store::listRuns(folder)) {
            if (entries.size() == rows)
                break;
            auto record = summary.problem.empty() ? core::store::readRun(summary.folder) : core::store::RunRecord{};
            entries.push_back({summary, record ? std::move(*record) : core::store::RunRecord{}});
        }
        return [this, generation, entries = std::move(entries)] {
            if (generation == m_generation)
                show(entries);
        };
    });
}

void RecentRuns::show(const std::vector<Entry>& entries)
{
    while (QLayoutItem* item = m_rows->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    m_count = int(entries.size());
    m_empty->setVisible(entries.empty());
    for (const Entry& entry : entries) {
        auto* row = new Row(entry);
        const QString folder = QString::fromStdString(entry.summary.folder.string());
        connect(row, &QAbstractButton::clicked, this, [this, folder] { Q_EMIT openWanted(folder); });
        if (row->resume())
            connect(row->resume(), &QPushButton::clicked, this, [this, folder] { Q_EMIT resumeWanted(folder); });
        m_rows->addWidget(row);
    }
    Q_EMIT reloaded();
}

}
