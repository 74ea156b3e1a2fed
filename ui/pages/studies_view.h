// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/tuning.h"
#include "ui/bridge/preview.h"
#include "ui/models/study_groups.h"
#include "ui/models/trials_table.h"

#include <QWidget>

#include <set>

class QListWidget;
class QPushButton;

namespace ui::style {
class Label;
}

namespace ui::pages {

/// Studies of one folder side by side, by strategy; those that ask the same question as the one in front are ticked.
class StudiesView final : public QWidget {
    Q_OBJECT

public:
    using Study = models::TrialsTable::Study;

    explicit StudiesView(QWidget* parent = nullptr);

    /// The one in front.
    void setStudy(const Study& study);
    void setFolders(std::vector<core::session::StudyFolder> folders);
    QListWidget* list() const { return m_list; }
    plots::StudyPlot* plot() const { return m_plot; }
    QString note() const;

Q_SIGNALS:
    void compareWanted();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask();
    void fill();
    void redraw();

    Study m_front;
    std::vector<core::session::StudyFolder> m_folders;
    std::vector<Study> m_others;
    std::set<std::string> m_unticked; ///< by a person
    bool m_stale = true, m_filling = false;
    QListWidget* m_list;
    QPushButton* m_compare;
    style::Label* m_note;
    plots::StudyPlot* m_plot;
    bridge::Preview m_reader;
};

}
