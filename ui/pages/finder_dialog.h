// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include <vector>

class QHBoxLayout;
class QProgressBar;
class QPushButton;

namespace ui::bridge {
class Workbench;
}
namespace ui::plots {
class ResponsePlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// Shows what the rate range test or the search for a batch size finds, and takes a value over by a click. It comes up
/// when one is started and stands beside the window: what is changed there is seen at once.
class FinderDialog final : public QDialog {
    Q_OBJECT

public:
    explicit FinderDialog(bridge::Workbench& bench, QWidget* parent = nullptr);

private:
    void come();
    void refresh();
    void showRates();
    void showBatches();
    void use(std::size_t choice);
    void setChoices(const QStringList& texts, const QStringList& tips);
    QString proof(const std::string& digest) const;

    bridge::Workbench& m_bench;
    style::Label* m_title;
    style::Label* m_from;
    style::Label* m_teach;
    plots::ResponsePlot* m_plot;
    QProgressBar* m_progress;
    style::Label* m_note;
    QHBoxLayout* m_choices;
    QPushButton* m_again;
    QPushButton* m_cancel;
    std::vector<double> m_values; ///< what the choices stand for
    QString m_used;
};

}
