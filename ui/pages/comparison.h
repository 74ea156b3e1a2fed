// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

class QTableWidget;

namespace ui::models {
class RunModel;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class RunCurves;

/// Runs laid over each other, and above them the settings in which they differ.
class Comparison final : public QWidget {
    Q_OBJECT

public:
    explicit Comparison(QWidget* parent = nullptr);

    /// The models stay the caller's; `reading` more are on their way.
    void setRuns(const std::vector<models::RunModel*>& runs, int reading = 0);
    void refresh();
    QTableWidget* differences() const { return m_table; }
    RunCurves* curves() const { return m_curves; }

private:
    void showDifferences(const std::vector<models::RunModel*>& runs);

    style::Label *m_title, *m_note;
    QTableWidget* m_table;
    RunCurves* m_curves;
};

}
