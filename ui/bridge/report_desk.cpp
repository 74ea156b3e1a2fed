// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/report_desk.h"

#include "ui/bridge/worker.h"
#include "ui/print/report_pdf.h"

#include <QFileInfo>

namespace ui::bridge {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Status;

namespace {

bool isPdf(const QString& file)
{
    return file.endsWith(QLatin1String(".pdf"), Qt::CaseInsensitive);
}

}

Status checkReportFile(const QString& file)
{
    if (isPdf(file) || file.endsWith(QLatin1String(".html"), Qt::CaseInsensitive) ||
        file.endsWith(QLatin1String(".htm"), Qt::CaseInsensitive))
        return {};
    return Error{ErrorKind::Usage, "its ending says of no form that a report can have", file.toStdString(),
                 "Let it end in .html or .pdf"};
}

Status writeReport(const QString& run, const QString& runs, const QString& file, const core::session::ReportWish& wish,
                   const core::session::Going& going)
{
    CORE_CHECK(checkReportFile(file));
    if (const QString folder = QFileInfo(file).absolutePath(); !QFileInfo(folder).isDir())
        return Error{ErrorKind::Usage, "there is no such folder", folder.toStdString(), "Make it, or choose another"};
    CORE_TRY(report, core::session::gatherReport(run.toStdString(), runs.toStdString(), wish, going));
    if (!isPdf(file))
        return core::session::writeReportHtml(report, file.toStdString());
    return print::writeReportPdf(core::report::documentOf(report), file);
}

ReportDesk::ReportDesk(QObject* parent) : QObject(parent), m_worker(std::make_unique<Worker>(*this)) {}

ReportDesk::~ReportDesk()
{
    giveUp();
}

void ReportDesk::giveUp()
{
    if (m_going)
        m_going->store(false);
}

void ReportDesk::write(const QString& folder, const QString& file)
{
    giveUp();
    m_going = std::make_shared<std::atomic<bool>>(true);
    Q_EMIT progressed(-1);
    const core::session::Going going = [this, on = m_going](std::int64_t done, std::int64_t all) {
        QMetaObject::invokeMethod(
            this,
            [this, on, share = all > 0 ? double(done) / double(all) : -1] {
                if (m_going == on)
                    Q_EMIT progressed(share);
            },
            Qt::QueuedConnection);
        return on->load();
    };
    m_worker->run([this, folder, file, going, on = m_going]() -> Worker::Answer {
        if (!on->load())
            return {};
        const Status done = writeReport(folder, QFileInfo(folder).absolutePath(), file, {}, going);
        return [this, on, file, done] {
            if (m_going != on)
                return;
            m_going.reset();
            if (done)
                Q_EMIT written(file);
            else
                Q_EMIT failed(done.error());
        };
    });
}

}
