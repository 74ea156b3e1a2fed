// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/opener.h"

#include "core/session/tuning.h"
#include "core/store/run_folder.h"
#include "ui/bridge/workbench.h"

#include <QDir>
#include <QFileInfo>

namespace ui::shell {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Object;
using core::base::Result;

namespace {

bool isRun(const QFileInfo& folder)
{
    return folder.isDir() && QFileInfo::exists(folder.filePath() + QStringLiteral("/spec.json"));
}

// The folder of the run that `what` names; empty if it names none.
QString runFolder(const QString& what, const QString& runsFolder)
{
    const QFileInfo file(what);
    if (isRun(file))
        return file.absoluteFilePath();
    if (file.isFile() &&
        (file.fileName() == QLatin1String("run.h5") || file.fileName() == QLatin1String("spec.json")) &&
        isRun(QFileInfo(file.absolutePath())))
        return file.absolutePath();
    if (!file.exists())
        if (const auto run = core::store::findRun(what.toStdString(), runsFolder.toStdString()))
            return QString::fromStdString(run->string());
    return {};
}

}

Result<OpenedAs> kindOf(const QString& what, const QString& runsFolder)
{
    if (!runFolder(what, runsFolder).isEmpty())
        return OpenedAs::Run;
    if (core::session::findStudy(what.toStdString(), runsFolder.toStdString()))
        return OpenedAs::Study;
    const QFileInfo file(what);
    if (!file.exists())
        return Error{ErrorKind::Usage, "there is no such file, folder or run", what.toStdString(),
                     "Give an experiment (*.experiment.json), a run's or study's folder or id, or a file of data"};
    return file.isFile() && file.suffix() == QLatin1String("json") ? OpenedAs::Experiment : OpenedAs::Data;
}

Result<OpenedAs> open(bridge::Workbench& bench, const QString& what)
{
    CORE_TRY(kind, kindOf(what, bench.runsFolder()));
    switch (kind) {
    case OpenedAs::Run:
        bench.openRun(runFolder(what, bench.runsFolder()));
        break;
    case OpenedAs::Study:
        break;
    case OpenedAs::Experiment:
        CORE_CHECK(bench.document().openFile(QFileInfo(what).absoluteFilePath()));
        break;
    case OpenedAs::Data:
        bench.document().open(Object{{"data", Object{{"source", QFileInfo(what).absoluteFilePath().toStdString()}}}});
        break;
    }
    return OpenedAs(kind);
}

QString pageFor(OpenedAs kind)
{
    return kind == OpenedAs::Data    ? QStringLiteral("data")
           : kind == OpenedAs::Study ? QStringLiteral("tune")
                                     : QStringLiteral("train");
}

}
