// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/status_line.h"

#include "core/base/clock.h"
#include "ui/bridge/workbench.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QDir>
#include <QFile>
#include <QHBoxLayout>
#include <QPainter>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace ui::shell {

using style::theme;

namespace {

constexpr int statusHeight = 24;
constexpr int secondMs = 1000;

double processorSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) { return double(t.tv_sec) + 1e-6 * double(t.tv_usec); };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Of the last seconds of training, as they were measured; without a profiler of the whole run.
double dataWait(const models::RunModel& run)
{
    constexpr std::ptrdiff_t last = 20;
    const auto& blocks = run.stepTimes();
    double waited = 0, all = 0;
    for (auto block = blocks.end() - std::min(last, blocks.end() - blocks.begin()); block != blocks.end(); ++block)
        for (std::size_t i = 0; i < block->phases.size(); ++i) {
            all += std::max(0.0, block->phases[i]);
            waited += core::events::phaseNames[i] == "data_wait" ? block->phases[i] : 0;
        }
    return all > 0 ? waited / all : run.progress().dataWait;
}

// As short as it can be said: from here, or from home.
QString shortPath(const QString& folder)
{
    const QString here = QDir::current().relativeFilePath(folder);
    if (!here.startsWith(QLatin1String("..")))
        return here;
    const QString home = QDir::homePath();
    return folder.startsWith(home + QLatin1Char('/')) ? QLatin1Char('~') + folder.mid(home.size()) : folder;
}

}

ProcessMeter::ProcessMeter() : m_cpu(processorSeconds()), m_wall(core::base::steadySeconds()) {}

double ProcessMeter::share()
{
    const double cpu = processorSeconds(), wall = core::base::steadySeconds();
    const double passed = wall - m_wall;
    const double used = passed > 0 ? (cpu - m_cpu) / passed : 0;
    m_cpu = cpu;
    m_wall = wall;
    return used;
}

quint64 ProcessMeter::memory()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toULongLong() * quint64(::sysconf(_SC_PAGESIZE));
}

StatusLine::StatusLine(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_findings(new style::Label({}, style::Tone::Muted, this)),
      m_left(new style::Label({}, style::Tone::Muted, this)),
      m_right(new style::Label({}, style::Tone::Muted, this))
{
    setFixedHeight(statusHeight);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(16, 1, 16, 0);
    line->setSpacing(0);
    line->addWidget(m_findings);
    line->addWidget(m_left);
    line->addStretch(1);
    line->addWidget(m_right, 100);
    m_right->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_right->setElided(Qt::ElideLeft);
    m_right->setTextInteractionFlags(Qt::TextSelectableByMouse);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        m_share = m_meter.share();
        refresh();
    });
    m_timer.start(secondMs);
    connect(&bench, &bridge::Workbench::frontChanged, this, &StatusLine::refresh);
    connect(&bench, &bridge::Workbench::stateChanged, this, &StatusLine::refresh);
    refresh();
}

void StatusLine::refresh()
{
    const models::RunModel* run = m_bench.front();
    // Notices, and rules that fired.
    std::set<std::string> rules;
    if (run)
        for (const core::events::Finding& finding : run->findings())
            rules.insert(finding.rule);
    const auto found = run ? run->notices().size() + rules.size() : 0;
    m_findings->setText(found > 0 ? tr("▲ findings %1").arg(found) : tr("findings 0"));
    m_findings->setTone(found > 0 ? style::Tone::Problem : style::Tone::Muted);
    QStringList facts;
    if (run && m_bench.training())
        facts << tr("data wait %1 %").arg(std::lround(dataWait(*run) * 100));
    facts << tr("%1 % of a core").arg(std::lround(m_share * 100)) << style::bytes(ProcessMeter::memory());
    const QString dot = QStringLiteral("  ·  ");
    m_left->setText(dot + facts.join(dot));
    m_right->setText(shortPath(run ? run->folder() : m_bench.runsFolder()));
}

QString StatusLine::text() const
{
    return m_findings->text() + m_left->text();
}

void StatusLine::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().ground);
    painter.fillRect(0, 0, width(), 1, theme().line);
}

}
