// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/progress_text.h"

#include "ui/style/theme.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace ui::models {

using core::events::RunState;

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("ui::models", text);
}

qint64 epochsPlanned(const RunModel& run)
{
    const auto& opened = run.opened();
    // An epoch that the end cuts short counts; what adding up fractions leaves does not.
    return opened.stepsPerEpoch > 0 ? qint64(std::ceil(run.epochOf(double(opened.totalSteps)) - 1e-6)) : 0;
}

qint64 epochsDone(const RunModel& run)
{
    const auto& opened = run.opened();
    if (run.finished())
        return run.finished()->epochs;
    return opened.stepsPerEpoch > 0 ? qint64(run.epochOf(double(run.step())) + 1e-6) : run.progress().epoch;
}

// The epoch that is being trained, or the last one that was.
qint64 epochInWork(const RunModel& run)
{
    const qint64 done = epochsDone(run);
    return run.live() ? std::min(done + 1, std::max<qint64>(epochsPlanned(run), 1)) : done;
}

QString boldEpoch(const RunModel& run)
{
    return tr("epoch <b>%1</b>/%2").arg(epochInWork(run)).arg(epochsPlanned(run));
}

}

QString experimentTitle(const QString& name, const core::base::Value& resolved)
{
    const core::base::Value* source = resolved.at("data.source");
    QString data = source ? QString::fromStdString((*source)["kind"].text()) : QString();
    if (source && (*source)["path"].isText())
        data = QString::fromStdString((*source)["path"].text())
                   .section(QLatin1Char('/'), -1, -1, QString::SectionSkipEmpty);
    if (name.isEmpty())
        return data.isEmpty() ? tr("new experiment") : data;
    return data.isEmpty() || name.contains(data, Qt::CaseInsensitive) ? name : data + QStringLiteral(" · ") + name;
}

QString progressText(const RunModel* front, bool training, bool paused)
{
    if (!front)
        return tr("nothing is training");
    if (training) {
        if (front->state() == RunState::Preparing || front->opened().totalSteps == 0)
            return tr("preparing");
        if (paused)
            return tr("paused · %1").arg(boldEpoch(*front));
        const double left = front->progress().secondsLeft;
        return left < 0 ? boldEpoch(*front)
                        : tr("%1 · %2 left").arg(boldEpoch(*front), style::duration(std::ceil(left)));
    }
    const auto& finished = front->finished();
    const double seconds = finished ? finished->trainSeconds : front->progress().trainSeconds;
    switch (front->state()) {
    case RunState::Completed:
        return tr("%1 · finished in %2").arg(boldEpoch(*front), style::duration(seconds));
    case RunState::EarlyStopped:
        return tr("%1 · stopped early after %2").arg(boldEpoch(*front), style::duration(seconds));
    case RunState::Stopped:
        return tr("%1 · stopped after %2").arg(boldEpoch(*front), style::duration(seconds));
    case RunState::Failed:
        return tr("failed at step <b>%1</b>").arg(style::count(front->step()));
    case RunState::Interrupted:
        return tr("%1 · interrupted").arg(boldEpoch(*front));
    default:
        return boldEpoch(*front);
    }
}

double progressShare(const RunModel& run)
{
    return run.opened().totalSteps > 0 ? std::clamp(double(run.step()) / double(run.opened().totalSteps), 0., 1.) : 0;
}

QString stepText(const RunModel& run)
{
    return tr("step %1").arg(style::count(run.step()));
}

QString epochText(const RunModel& run)
{
    return epochsPlanned(run) > 0 ? tr("epoch %1 of %2").arg(epochInWork(run)).arg(epochsPlanned(run)) : QString();
}

QString lastStepText(const RunModel& run)
{
    return tr("step %1").arg(style::count(std::max<qint64>(run.opened().totalSteps, run.step())));
}

QString lastEpochText(const RunModel& run)
{
    const auto epochs = epochsPlanned(run);
    return epochs > 0 ? tr("epoch %1 of %1").arg(epochs) : QString();
}

QString stateWord(const RunModel& run)
{
    switch (run.state()) {
    case RunState::Preparing:
    case RunState::Running:
        return tr("Live");
    case RunState::Paused:
        return tr("Paused");
    case RunState::Completed:
        return tr("Done");
    case RunState::Stopped:
        return tr("Stopped");
    case RunState::EarlyStopped:
        return tr("Early stop");
    case RunState::Interrupted:
        return tr("Interrupted");
    case RunState::Failed:
        return tr("Failed");
    }
    return {};
}

}
