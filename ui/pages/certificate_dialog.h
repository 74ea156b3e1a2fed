// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/certificate.h"

#include <QDialog>

#include <atomic>
#include <memory>
#include <optional>

class QGridLayout;
class QProgressBar;
class QPushButton;

namespace ui::bridge {
class Worker;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// A replay certificate as a page: what was shown, where it parts and why, what it was compared on, and what could not
/// be shown. Certificates of other people are checked here.
class CertificateDialog final : public QDialog {
    Q_OBJECT

public:
    explicit CertificateDialog(QWidget* parent = nullptr);
    ~CertificateDialog() override;

    void present(core::session::Certificate certificate);
    /// Trains again what a certificate file tells, and shows what came out.
    void check(const QString& file);
    bool checking() const { return m_going != nullptr; }
    const std::optional<core::session::Certificate>& shown() const { return m_certificate; }

private:
    void come();
    void fill();
    void setFacts(const std::vector<std::array<QString, 3>>& rows);
    void save();
    void choose();

    style::Label *m_title, *m_what, *m_notes;
    QGridLayout* m_facts;
    QProgressBar* m_progress;
    QPushButton *m_save, *m_check, *m_cancel;
    std::optional<core::session::Certificate> m_certificate;
    QString m_file; ///< that was checked; empty: of a run here
    std::shared_ptr<std::atomic<bool>> m_going;
    std::unique_ptr<bridge::Worker> m_worker;
};

}
