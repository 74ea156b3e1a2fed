// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"

#include <QWidget>

class QGridLayout;
class QLineEdit;
class QPushButton;

namespace ui::style {
class Label;
}

namespace ui::pages {

class ReportExport;
class TestSeal;

/// The selected run for the inspector: what it was, how it ended, and what can be done with it. Deleting asks here,
/// in place.
class RunPanel final : public QWidget {
    Q_OBJECT

public:
    explicit RunPanel(QWidget* parent = nullptr);

    void setRun(const core::store::RunSummary* run, const core::base::Value& spec);
    /// The question before a run is deleted.
    void ask(bool asking);
    /// The field for another name.
    void beginRename() { askName(true); }

    /// What training it again has shown, or how far that is. `going`: it can be given up.
    void setCertificate(const QString& text, bool going);
    /// While the test split is evaluated.
    void setTesting(bool going);
    ReportExport* report() const { return m_report; }

Q_SIGNALS:
    void certifyWanted();
    void publishWanted();
    void testWanted();
    void openWanted();
    void renameWanted(const QString& name);
    void resumeWanted();
    void deleteWanted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void askName(bool asking);
    void setFacts(const std::vector<std::pair<QString, QString>>& facts);

    style::Label *m_title, *m_state, *m_question, *m_certificate;
    QGridLayout* m_facts;
    QLineEdit* m_name;
    TestSeal* m_seal;
    ReportExport* m_report;
    QPushButton *m_open, *m_resume, *m_certify, *m_publish, *m_rename, *m_delete, *m_sure, *m_keep;
    bool m_any = false, m_resumable = false, m_tested = false;
};

}
