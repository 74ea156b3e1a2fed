// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/jobs_table.h"
#include "ui/pages/page.h"

#include <QTimer>

class QButtonGroup;
class QPushButton;
class QStackedWidget;
class QTableView;
class QTableWidget;

namespace ui::bridge {
class JobDesk;
class Worker;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class CertificateDialog;
class JobForm;
class JobGraph;
class JobLedger;
class JobLog;
class JobPrices;
class JobsView;

/// The queue of jobs, and of the chosen one its states, ledger and log; at the right the experiment in front as a job.
class JobsPage final : public Page {
    Q_OBJECT

public:
    enum class View { States, Ledger, Log, Prices };

    explicit JobsPage(bridge::Workbench& workbench, QWidget* parent = nullptr);
    ~JobsPage() override;

    QWidget* inspectorPanel() override { return m_side; }
    /// `states`, `ledger`, `log`, `prices`, or a job's id.
    bool showSection(const QString& path) override;
    bridge::JobDesk& desk() { return *m_desk; }
    QTableView* table() const;
    JobForm* form() const { return m_form; }
    JobGraph* graph() const { return m_graph; }
    JobLedger* ledger() const { return m_ledger; }
    JobLog* log() const { return m_log; }
    JobPrices* prices() const { return m_prices; }
    CertificateDialog* certificate() const { return m_certificate; }
    void choose(View view);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void build();
    QWidget* buildHead();
    QWidget* buildJob();
    void wire();
    void takeRows();
    void takeDetails();
    void fillTransitions();
    void refresh();
    QString sentence() const;
    void openRun();
    void prove();

    bridge::Workbench& m_bench;
    bridge::JobDesk* m_desk;
    models::JobsTable m_table;
    JobsView* m_view;
    QWidget *m_side, *m_job;
    JobForm* m_form;
    JobGraph* m_graph;
    JobLedger* m_ledger;
    JobLog* m_log;
    JobPrices* m_prices;
    CertificateDialog* m_certificate;
    QTableWidget* m_transitions;
    QStackedWidget* m_stack;
    QButtonGroup* m_tabs;
    style::Label *m_state, *m_empty, *m_title;
    QPushButton *m_start, *m_up, *m_down, *m_interrupt, *m_stop, *m_requeue, *m_open, *m_prove;
    QTimer m_clock; ///< for what counts down
    std::unique_ptr<bridge::Worker> m_prover;
    std::shared_ptr<std::atomic<bool>> m_proving;
    bool m_filling = false;
};

}
