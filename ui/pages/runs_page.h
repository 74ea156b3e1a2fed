// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/runs_table.h"
#include "ui/pages/page.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>

class QSortFilterProxyModel;
class QTableView;

namespace ui::bridge {
class Worker;
}
namespace ui::models {
class RunModel;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class CertificateDialog;
class Comparison;
class PublishDialog;
class RunTree;
class RunPanel;

/// Every run of the folder in a table; those that are ticked are compared below.
class RunsPage final : public Page {
    Q_OBJECT

public:
    explicit RunsPage(bridge::Workbench& workbench, QWidget* parent = nullptr);
    ~RunsPage() override;

    QWidget* inspectorPanel() override;
    models::RunsTable& table() { return m_runs; }
    QTableView* view() const { return m_view; }
    Comparison* comparison() const { return m_comparison; }
    RunTree* tree() const { return m_tree; }
    CertificateDialog* certificate() const { return m_certificate; }
    PublishDialog* publishing() const { return m_publishing; }
    /// Reads the folder again, aside.
    void reload();

Q_SIGNALS:
    void reloaded();
    void compared();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void build();
    void take(std::vector<core::store::RunSummary> runs);
    const core::store::RunSummary* current() const;
    void showCurrent();
    void openCurrent();
    void resumeCurrent();
    void change(const std::function<core::base::Status(const std::filesystem::path&)>& work);
    void renameCurrent(const QString& name);
    void deleteCurrent();
    void certifyCurrent();
    void testCurrent();
    void publishCurrent();
    void select(const QString& id);
    void compare();

    bridge::Workbench& m_workbench;
    models::RunsTable m_runs;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_view;
    style::Label *m_note, *m_empty;
    RunTree* m_tree;
    QWidget* m_branches; ///< scrolls the tree
    Comparison* m_comparison;
    RunPanel* m_panel;
    CertificateDialog* m_certificate;
    PublishDialog* m_publishing;
    std::map<QString, models::RunModel*> m_models; ///< of ticked runs, by folder
    quint64 m_generation = 0;
    std::shared_ptr<std::atomic<bool>> m_certifying; ///< false: give up; empty: nothing is trained again
    std::unique_ptr<bridge::Worker> m_worker, m_prover;
};

}
