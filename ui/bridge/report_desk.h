// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/run_report.h"

#include <QObject>

#include <atomic>
#include <memory>

namespace ui::bridge {

class Worker;

/// An error unless the file ends in `.html` or `.pdf`.
core::base::Status checkReportFile(const QString& file);
/// Gathers a run's report and writes it as the file's ending says. Blocks.
core::base::Status writeReport(const QString& run, const QString& runs, const QString& file,
                               const core::session::ReportWish& wish = {}, const core::session::Going& going = {});

/// Writes reports of runs beside the window, one after the other.
class ReportDesk final : public QObject {
    Q_OBJECT

public:
    explicit ReportDesk(QObject* parent = nullptr);
    ~ReportDesk() override; ///< gives up what is being written

    void write(const QString& folder, const QString& file);
    void giveUp();
    bool busy() const { return bool(m_going); }

Q_SIGNALS:
    /// `share`: how far it is, 0 … 1; −1: not known.
    void progressed(double share);
    void written(const QString& file);
    void failed(const core::base::Error& error);

private:
    std::shared_ptr<std::atomic<bool>> m_going;
    std::unique_ptr<Worker> m_worker;
};

}
