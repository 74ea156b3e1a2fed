// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/shelf.h"

#include <QWidget>

class QLineEdit;
class QListWidget;
class QScrollArea;

namespace ui::bridge {
class Workbench;
}

namespace ui::pages {

/// The shelf of failures: small experiments that each fail in one way. What one shows, which rule finds it and what
/// cures it; it is trained by a button, at full speed or shown slowly to a class.
class ShelfView final : public QWidget {
    Q_OBJECT

public:
    explicit ShelfView(bridge::Workbench& bench, QWidget* parent = nullptr);

    bool select(const QString& key);
    QString selected() const;
    const std::vector<models::Failure>& failures() const { return m_failures; }
    QListWidget* list() const { return m_list; }

private:
    void fillList();
    void fillDetail();
    const models::Failure* current() const;
    void train(bool slowly);
    void runEnded();

    bridge::Workbench& m_bench;
    std::vector<models::Failure> m_failures;
    QLineEdit* m_search;
    QListWidget* m_list;
    QScrollArea* m_detail;
    bool m_slowly = false; ///< the run that trains is shown slowly when it has ended
};

}
