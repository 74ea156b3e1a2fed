// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QPushButton;

namespace ui::bridge {
class ReportDesk;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// `Export report…` with what comes of it: how far it is, the file with a button that opens it, or what went wrong.
class ReportExport final : public QWidget {
    Q_OBJECT

public:
    /// Beside other buttons of a head, or below one another in a panel.
    enum class Place { Head, Panel };
    explicit ReportExport(Place place, QWidget* parent = nullptr);
    ~ReportExport() override;

    /// The run's folder; empty: there is none.
    void setRun(const QString& folder);
    /// Writes it there, as the ending says.
    void exportTo(const QString& file);
    bool busy() const;

Q_SIGNALS:
    void ended(bool written);

private:
    void ask();
    void say(const QString& text, bool problem);

    QString m_folder, m_file;
    bridge::ReportDesk* m_desk; ///< a child
    QPushButton *m_export, *m_open;
    style::Label* m_text;
};

}
