// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/preview.h"

#include <filesystem>

namespace ui::bridge {

class Workbench;

/// Reads the run in front again while another process writes it, so that its curves grow: a job's, a trial's, one of
/// the command line.
class RunFollower final : public QObject {
    Q_OBJECT

public:
    explicit RunFollower(Workbench& bench);

private:
    void look();

    Workbench& m_bench;
    QTimer m_timer;
    double m_lookAgain = 0;                    ///< steady seconds: not before
    std::filesystem::file_time_type m_began{}; ///< its last writer, as far as it was read
    bool m_writing = false;                    ///< when it was looked at last
    Preview m_reader;
};

}
